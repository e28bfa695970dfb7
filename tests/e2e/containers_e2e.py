#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A container's connection is one row: seen on its veth, on the bridge and, masqueraded, on the uplink, its bytes counted once.

The host is a namespace of its own (`a`), so nothing of the machine's network is touched: `c` is the container behind a bridge,
`b` the world behind the uplink.
"""
import contextlib
import json
import os
import signal
import subprocess
import time

import harness as h
from harness import number

CGROUP = '/sys/fs/cgroup'
BYTES = 2_000_000
# As many bytes as the path says.
BODY = f"""
import http.server, socketserver
class Body(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        size = int(self.path.split('?')[0].strip('/') or {BYTES})
        self.send_response(200)
        self.send_header('Content-Length', str(size))
        self.end_headers()
        self.wfile.write(bytes(size))
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
Server((BIND, 8080), Body).serve_forever()
"""
MASQUERADE = 'table ip nat { chain post { type nat hook postrouting priority 100; oifname "veth0" masquerade; }; }'


PUBLISH = 'table ip publish { chain pre { type nat hook prerouting priority -100; tcp dport 80 dnat to 172.30.0.2:8080; }; }'


def serve(net, ns, bind):
    server = net.start(ns, 'python3', '-c', f'BIND={bind!r}\n{BODY}')
    h.wait_for('the web server listens', lambda: ':8080' in net.run(ns, 'ss', '-Hltn').stdout)
    return server


class Containers(h.Net):
    """Net, with a bridge br0 (172.30.0.1) in `a` and a container `c` (172.30.0.2) on it, masqueraded towards `b`."""

    def __init__(self, masquerade=True):
        super().__init__()
        self.c = 'rn-c-' + str(os.getpid())
        self.masquerade = masquerade

    def __enter__(self):
        super().__enter__()
        h.run('ip', 'netns', 'add', self.c)
        for ns in (self.a, self.b, self.c):  # its neighbours' reports would be counted too
            self.run(ns, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1')
        h.run('ip', '-n', self.a, 'link', 'add', 'br0', 'type', 'bridge')
        h.run('ip', '-n', self.a, 'addr', 'add', '172.30.0.1/24', 'dev', 'br0')
        h.run('ip', '-n', self.a, 'link', 'set', 'br0', 'up')
        self.plug(self.c, 'vethc', '172.30.0.2/24')
        h.run('ip', '-n', self.c, 'route', 'add', 'default', 'via', '172.30.0.1')
        self.run(self.a, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
        if self.masquerade:
            h.need('nft')
            done = self.run(self.a, 'nft', MASQUERADE, check=False)
            if done.returncode != 0:
                raise h.Skip(f'this kernel has no masquerade: {done.stderr.strip()}')
        else:
            h.run('ip', '-n', self.b, 'route', 'add', '172.30.0.0/24', 'via', '10.77.0.1')
        return self

    def plug(self, ns, name, address):
        h.run('ip', '-n', self.a, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', ns)
        h.run('ip', '-n', ns, 'link', 'set', 'lo', 'up')
        h.run('ip', '-n', ns, 'addr', 'add', address, 'dev', 'eth0')
        for where, end in ((self.a, name), (ns, 'eth0')):
            self.run(where, 'ethtool', '-K', end, 'tso', 'off', 'gso', 'off', 'gro', 'off', 'tx', 'off')
            h.run('ip', '-n', where, 'link', 'set', end, 'up')
        h.run('ip', '-n', self.a, 'link', 'set', name, 'master', 'br0')

    def __exit__(self, *_):
        subprocess.run(['ip', 'netns', 'del', self.c], check=False)
        super().__exit__()

    def serve(self, ns, bind):
        return serve(self, ns, bind)


@contextlib.contextmanager
def cgroup():
    """A cgroup of our own, and the command line that begins with it; None where there is no cgroup2."""
    path = f'{CGROUP}/rustnet-e2e-{os.getpid()}'
    if not os.path.exists(f'{CGROUP}/cgroup.procs'):
        yield None, []
        return
    os.makedirs(path, exist_ok=True)
    try:
        yield path.removeprefix(CGROUP), ['sh', '-c', f'echo $$ > {path}/cgroup.procs; exec "$@"', 'sh']
    finally:
        time.sleep(0.2)
        with contextlib.suppress(OSError):
            os.rmdir(path)


def settled(net, ns, interface):
    """The interface's counters, once they have stood still for half a second."""
    before = net.counters(ns, interface)
    while True:
        time.sleep(0.5)
        now = net.counters(ns, interface)
        if now == before:
            return now
        before = now


def detail(daemon, row):
    return h.jsonl(daemon.socket, 'show', str(row['id']))[0]['connection']


def connections(daemon, filter_):
    return daemon.rows('--filter', filter_, '--historic', '--limit', '0')


def test_a_masqueraded_connection_is_one_row():
    h.need('curl', 'nft')
    with Containers() as net, cgroup() as (group, begin), h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
        backends = {b['name']: b for b in daemon.one('status')['backends']}
        if backends['nat/conntrack']['state'] != 'STATE_ACTIVE':
            raise h.Skip(backends['nat/conntrack'].get('text', 'no conntrack'))
        net.serve(net.b, '10.77.0.2')
        # ARP and neighbours are settled first, so that the interface counts the connection alone.
        net.run(net.c, 'ping', '-c', '1', '-W', '1', '10.77.0.2')
        before = settled(net, net.c, 'eth0')
        curl = h.run(*begin, *net.inside(net.c), 'curl', '-s', '-o', '/dev/null', '-w', '%{local_port} %{size_download}',
                     'http://10.77.0.2:8080/')
        port, size = curl.stdout.split()
        assert int(size) == BYTES, size
        after = settled(net, net.c, 'eth0')
        sent = after['tx']['bytes'] - before['tx']['bytes']
        received = after['rx']['bytes'] - before['rx']['bytes']
        assert received > BYTES, received
        rows = connections(daemon, 'port:8080 proto:tcp')
        print(json.dumps(rows, indent=1) if len(rows) != 1 else '')
        assert len(rows) == 1, f'{len(rows)} rows'
        row = detail(daemon, rows[0])
        assert (row['local']['address'], row['local']['port']) == ('172.30.0.2', int(port)), row['local']
        assert (row['remote']['address'], row['remote']['port']) == ('10.77.0.2', 8080), row['remote']
        assert row['process']['name'] == 'curl', row['process']
        assert row['process']['quality'] == 'QUALITY_NETNS_UNIQUE', row['process']
        if group:
            assert row['process']['cgroup'] == group, row['process']
        # The server is on this machine too, by the translated tuple.
        assert row['peer_process']['name'].startswith('python'), row['peer_process']
        assert row['interface'] == 'vethc', row['interface']

        def seen():
            counters = detail(daemon, rows[0])['counters']
            return number(counters['bytes_sent']), number(counters['bytes_received'])
        try:
            h.wait_for('the interface\'s own counts', lambda: seen() == (sent, received), 5)
        except AssertionError:
            print(f'row {seen()}, interface {(sent, received)}', json.dumps(daemon.rows('--historic'), indent=1))
            raise
        path = [copy['interface'] for copy in row['copies']]
        assert path == ['br0', 'veth0'], row['copies']
        for copy in row['copies']:
            assert number(copy['bytes']) == sent + received, (copy, sent + received)
        # Nothing of it is left over elsewhere, under either address.
        others = [r for r in daemon.rows('--historic', '--limit', '0') if 'PROTOCOL_TCP' == r['protocol']]
        assert len(others) == 1, others


def test_connections_at_once_have_one_row_each_that_stays():
    h.need('curl', 'nft')
    with Containers() as net, h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
        net.serve(net.b, '10.77.0.2')
        watch = h.start(h.CLIENT, '--socket', daemon.socket, 'watch', '--format', 'jsonl', stdout=subprocess.PIPE, text=True)
        urls = 'http://10.77.0.2:8080/20000?[1-40]'
        net.run(net.c, 'curl', '-s', '-Z', '--parallel-max', '20', '-H', 'Connection: close', '-o', '/dev/null', urls)
        time.sleep(1)
        rows = connections(daemon, 'port:8080 proto:tcp')
        lost = daemon.one('stats')['losses']['packets'].get('kernel_ring_dropped')
        assert not lost, f'the capture lost {lost} packets'
        watch.terminate()
        text = watch.stdout.read()
        wanted = {r['local'].get('port') for r in rows}
        assert len(rows) == 40 == len(wanted), (len(rows), len(wanted))
        elsewhere = [detail(daemon, r) for r in rows if r['interface'] != 'vethc']
        assert not elsewhere, elsewhere
        assert all(r['process'].get('name') == 'curl' for r in rows), [r['process'] for r in rows]
        assert all(len(detail(daemon, r)['copies']) == 2 for r in rows)
        # Each id that a client ever saw is still there: no row came only to go.
        ids = {str(r['id']) for r in rows}
        followed = set()
        for line in text.splitlines(keepends=True):
            if not line.endswith('\n'):  # cut by its end
                continue
            seen = json.loads(line)
            connection = seen.get('connection', seen)
            if connection.get('remote', {}).get('port') == 8080:
                assert str(connection['id']) in ids, connection
                followed.add(str(connection['id']))
        assert followed == ids, f'the stream showed {len(followed)} rows'


DATAGRAMS = """import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5555))
for i in range(5): s.sendto(b"datagram %d" % i, ("10.77.0.2", 7777))
"""


def check_all_transports(masquerade):
    h.need('curl')
    with Containers(masquerade) as net, h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
        net.serve(net.b, '10.77.0.2')
        net.run(net.c, 'curl', '-s', '-o', '/dev/null', 'http://10.77.0.2:8080/')
        net.run(net.c, 'ping', '-c', '3', '-i', '0.2', '10.77.0.2')
        net.run(net.c, 'python3', '-c', DATAGRAMS)
        time.sleep(1)
        for port, protocol, packets in ((8080, 'TCP', None), (None, 'ICMP', 3), (7777, 'UDP', 5)):
            rows = [r for r in daemon.rows('--historic', '--limit', '0') if r['protocol'] == f'PROTOCOL_{protocol}' and
                    r['remote'].get('port') and port in (None, r['remote']['port'])]
            assert len(rows) == 1, (protocol, rows)
            row = detail(daemon, rows[0])
            assert row['interface'] == 'vethc' and [c['interface'] for c in row['copies']] == ['br0', 'veth0'], row
            assert row['local']['address'] == '172.30.0.2', row
            assert packets in (None, number(row['counters']['packets_sent'])), row
        assert connections(daemon, 'port:8080 proto:tcp')[0]['process']['name'] == 'curl'


def test_routed_tcp_udp_and_icmp():
    check_all_transports(masquerade=False)


def test_masqueraded_tcp_udp_and_icmp():
    check_all_transports(masquerade=True)


def test_a_container_that_comes_after_the_daemon():
    h.need('curl', 'nft')
    with Containers() as net, h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
        net.serve(net.b, '10.77.0.2')
        late = 'rn-d-' + str(os.getpid())
        h.run('ip', 'netns', 'add', late)
        try:
            net.plug(late, 'vethd', '172.30.0.3/24')
            h.run('ip', '-n', late, 'route', 'add', 'default', 'via', '172.30.0.1')
            h.wait_for('its interface is captured', lambda: any(
                i['name'] == 'vethd' and i['capture']['state'] == 'STATE_ACTIVE' for i in h.jsonl(daemon.socket, 'interfaces')))
            net.run(late, 'curl', '-s', '-o', '/dev/null', 'http://10.77.0.2:8080/')
            time.sleep(0.5)
            rows = connections(daemon, 'port:8080 proto:tcp')
            assert len(rows) == 1, rows
            row = detail(daemon, rows[0])
            assert [row['interface']] + [c['interface'] for c in row['copies']] == ['vethd', 'br0', 'veth0'], row
            assert row['process']['name'] == 'curl', row
            text = h.client(daemon.socket, 'show', str(row['id'])).stdout
            assert 'also on' in text and ' > veth0 ' in text, text
        finally:
            subprocess.run(['ip', 'netns', 'del', late], check=False)


ECHO = """import socket
s = socket.create_server(("10.77.0.2", 8080))
c, _ = s.accept()
while data := c.recv(65536): c.sendall(data)
"""
TALK = """import socket, time
s = socket.create_connection(("10.77.0.2", 8080))
while True:
    s.sendall(b"x" * 1000)
    s.recv(65536)
    time.sleep(0.02)
"""


def check_older(masquerade):
    with Containers(masquerade) as net:
        net.start(net.b, 'python3', '-c', ECHO)
        h.wait_for('the server listens', lambda: ':8080' in net.run(net.b, 'ss', '-Hltn').stdout)
        talker = net.start(net.c, 'python3', '-c', TALK)
        time.sleep(0.5)
        with h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
            def one():
                rows = [r for r in connections(daemon, 'port:8080 proto:tcp') if r['process'].get('pid') == talker.pid]
                return [r for r in (detail(daemon, r) for r in rows) if len(r.get('copies', ())) == 2]
            row = h.wait_for('it is a row of its process', one, 5)[0]
            assert [row['interface']] + [c['interface'] for c in row['copies']] == ['vethc', 'br0', 'veth0'], row
            time.sleep(1)
            rows = connections(daemon, 'port:8080 proto:tcp')
            assert [r['id'] for r in rows if not r.get('historic')] == [row['id']], rows
        h.stop(talker)


def test_a_connection_older_than_the_daemon():
    check_older(masquerade=False)


def test_a_masqueraded_connection_older_than_the_daemon():
    h.need('nft')
    check_older(masquerade=True)


def test_a_published_port_is_the_containers():
    h.need('curl', 'nft')
    with Containers() as net, h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
        net.run(net.a, 'nft', PUBLISH)
        net.serve(net.c, '172.30.0.2')
        before = settled(net, net.c, 'eth0')
        net.run(net.b, 'curl', '-s', '-o', '/dev/null', 'http://10.77.0.1:80/')
        after = settled(net, net.c, 'eth0')
        rows = [r for r in daemon.rows('--historic', '--limit', '0') if r['protocol'] == 'PROTOCOL_TCP']
        assert len(rows) == 1, rows
        row = detail(daemon, rows[0])
        # Both ends are on this machine; the local one is that which began, so it is told as that one has it.
        assert (row['remote']['address'], row['remote']['port']) == ('10.77.0.1', 80), row['remote']
        assert row['process']['name'] == 'curl' and row['peer_process']['name'].startswith('python'), row
        assert [row['interface']] + [c['interface'] for c in row['copies']] == ['veth0', 'br0', 'vethc'], row
        counted = number(row['counters']['bytes_sent']) + number(row['counters']['bytes_received'])
        moved = sum(after[way]['bytes'] - before[way]['bytes'] for way in ('rx', 'tx'))
        assert BYTES < counted <= moved, (counted, moved)


MANY = """import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5555))
for n in range(int(sys.argv[1]), 60000):
    try: s.sendto(b"x", ("10.77.0.2", 1024 + n))
    except OSError: pass
"""


def test_lost_events_are_told():
    h.need('nft')
    with Containers() as net, h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
        time.sleep(2.5)  # what begins earlier may have been there before the daemon
        os.kill(daemon.process.pid, signal.SIGSTOP)
        net.run(net.c, 'python3', '-c', MANY, '0')
        os.kill(daemon.process.pid, signal.SIGCONT)
        # The last ones again: the kernel knows them, the daemon was not told.
        net.run(net.c, 'python3', '-c', MANY, '59900')
        lost = h.wait_for('the loss is counted', lambda: number(daemon.one('stats')['losses'].get('conntrack_losses')), 20)
        assert lost >= 1, lost
        backend = {b['name']: b for b in daemon.one('status')['backends']}['nat/conntrack']
        assert backend['state'] == 'STATE_DEGRADED' and 'dropped conntrack events' in backend['text'], backend
        h.wait_for('rows say so', lambda: connections(daemon, 'iface:veth0 reason:"lost event"'), 20)


def test_asymmetric_routes_lose_no_bytes():
    h.need('curl')
    with h.Net() as net:
        # A second cable: what `a` asks leaves by veth0, what `b` answers comes by veth1.
        h.run('ip', '-n', net.a, 'link', 'add', 'veth1', 'type', 'veth', 'peer', 'name', 'veth1', 'netns', net.b)
        for ns, own, other, via in ((net.a, '10.99.0.1', '10.99.0.2', 'veth0'), (net.b, '10.99.0.2', '10.99.0.1', 'veth1')):
            net.run(ns, 'ethtool', '-K', 'veth1', 'tso', 'off', 'gso', 'off', 'gro', 'off', 'tx', 'off')
            h.run('ip', '-n', ns, 'link', 'set', 'veth1', 'up')
            h.run('ip', '-n', ns, 'addr', 'add', own + '/32', 'dev', 'lo')
            h.run('ip', '-n', ns, 'route', 'add', other, 'dev', via, 'src', own)
            for key in ('all', 'veth0', 'veth1'):
                net.run(ns, 'sysctl', '-qw', f'net.ipv4.conf.{key}.rp_filter=0')
        with h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
            serve(net, net.b, '10.99.0.2')
            net.run(net.a, 'curl', '-s', '-o', '/dev/null', 'http://10.99.0.2:8080/')
            time.sleep(1)
            rows = connections(daemon, 'port:8080 proto:tcp')
            assert len(rows) == 1, rows
            row = detail(daemon, rows[0])
            assert row['process']['name'] == 'curl', row['process']
            assert number(row['counters']['bytes_received']) > BYTES, row['counters']
            assert number(row['counters']['bytes_sent']) > 0, row['counters']
            assert {row['interface']} | {c['interface'] for c in row['copies']} == {'veth0', 'veth1'}, row


def test_same_tuple_in_two_containers_stays_apart():
    with Containers(masquerade=False) as net:
        other = 'rn-d-' + str(os.getpid())
        h.run('ip', 'netns', 'add', other)
        try:
            # A second container with the same address, behind a bridge of its own.
            h.run('ip', '-n', net.a, 'link', 'add', 'br1', 'type', 'bridge')
            h.run('ip', '-n', net.a, 'link', 'set', 'br1', 'up')
            net.plug(other, 'vethd', '172.30.0.2/24')
            h.run('ip', '-n', net.a, 'link', 'set', 'vethd', 'master', 'br1')
            for ns in (net.c, other):
                h.run('ip', '-n', ns, 'neigh', 'replace', '172.30.0.99', 'lladdr', '02:00:00:00:00:99', 'dev', 'eth0')
            with h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
                send = ('import socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.bind(("172.30.0.2",5555))\n'
                        'for i in range(5): s.sendto(b"the same",("172.30.0.99",7777))\n'
                        'import time; time.sleep(5)\n')
                pids = {}
                for ns, interface in ((net.c, 'vethc'), (other, 'vethd')):
                    pids[interface] = net.start(ns, 'python3', '-c', send).pid
                time.sleep(3.5)
                rows = connections(daemon, 'port:7777 proto:udp')
                assert sorted(r['interface'] for r in rows) == ['vethc', 'vethd'], rows
                assert all(number(r['counters']['packets_sent']) == 5 for r in rows), rows
                # None is told of another's.  That there are two may be known only when the second has come.
                for row in rows:
                    assert row['process'].get('pid') in (None, pids[row['interface']]), (row, pids)
                assert any(r['process'].get('reason') == 'NO_OWNER_OTHER_NETNS' for r in rows), rows
        finally:
            subprocess.run(['ip', 'netns', 'del', other], check=False)


def test_loopback_is_seen_once():
    h.need('curl')
    with Containers(masquerade=False) as net, h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
        net.serve(net.a, '127.0.0.1')
        net.run(net.a, 'curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:8080/')
        time.sleep(1)
        rows = connections(daemon, 'port:8080 proto:tcp')
        assert len(rows) == 1, rows
        row = detail(daemon, rows[0])
        assert row['process']['name'] == 'curl' and row['peer_process']['name'].startswith('python'), row
        assert row['interface'] == 'lo' and 'copies' not in row, row
        assert BYTES < number(row['counters']['bytes_received']) < BYTES * 1.2, row['counters']


def test_a_container_and_its_host():
    h.need('curl')
    with Containers(masquerade=False) as net, h.Daemon('-i', 'any', net=net, ns=net.a) as daemon:
        net.serve(net.a, '172.30.0.1')
        before = settled(net, net.c, 'eth0')
        net.run(net.c, 'curl', '-s', '-o', '/dev/null', 'http://172.30.0.1:8080/')
        after = settled(net, net.c, 'eth0')
        rows = connections(daemon, 'port:8080 proto:tcp')
        assert len(rows) == 1, rows
        row = detail(daemon, rows[0])
        assert row['process']['name'] == 'curl' and row['peer_process']['name'].startswith('python'), row
        assert row['interface'] == 'vethc' and [c['interface'] for c in row['copies']] == ['br0'], row
        assert number(row['counters']['bytes_received']) <= after['rx']['bytes'] - before['rx']['bytes'], row


if __name__ == '__main__':
    h.main()
