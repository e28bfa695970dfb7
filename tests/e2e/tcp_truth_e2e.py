#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The kernel's own numbers of a TCP socket, through the API, against TCP_INFO as the application of that socket reads it."""
import json
import subprocess

import harness as h

# One end of a connection; obeys lines on stdin and prints TCP_INFO (include/uapi/linux/tcp.h) as JSON when told to.
APPLICATION = r'''
import json, socket, struct, sys
def info(s):
    raw = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 512)
    u32 = lambda at: struct.unpack_from('=I', raw, at)[0]
    u64 = lambda at: struct.unpack_from('=Q', raw, at)[0]
    return {'rtt': u32(68), 'rttvar': u32(72), 'cwnd': u32(80), 'retrans': u32(100), 'acked': u64(120), 'received': u64(128),
            'min_rtt': u32(148), 'delivery': u64(160), 'sent': u64(200)}
side, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ':' in address else socket.AF_INET
if side == 'server':
    listener = socket.create_server((address, port), family=family)
    print(listener.getsockname()[1], flush=True)
    s, _ = listener.accept()
else:
    s = socket.create_connection((address, port))
    print(s.getsockname()[1], flush=True)
for line in sys.stdin:
    what, _, count = line.partition(' ')
    what = what.strip()
    if what == 'send':
        s.sendall(b'x' * int(count))
    elif what == 'read':
        left = int(count)
        while left:
            left -= len(s.recv(min(left, 65536)))
    elif what == 'end':
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536):
            pass
    elif what == 'close':
        s.close()
    print(json.dumps(info(s) if what == 'info' else {}), flush=True)
'''


class App:
    def __init__(self, side, address, port=0, prefix=()):
        self.process = h.start(*prefix, 'python3', '-c', APPLICATION, side, address, str(port), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def begin(self, *words):
        self.process.stdin.write(' '.join(map(str, words)) + '\n')
        self.process.stdin.flush()

    def done(self):
        return json.loads(self.process.stdout.readline())

    def do(self, *words):
        self.begin(*words)
        return self.done()


def talk(client, server, up, down):
    for sender, reader, size in ((client, server, up), (server, client, down)):
        reader.begin('read', size)
        sender.do('send', size)
        reader.done()


def kernel_of(daemon, port, *args):
    """{detail of the row of `port`}, with `tcp.kernel` as numbers; None: there is none yet."""
    rows = daemon.rows('--filter', f'port:{port}', *args)
    if not rows:
        return None
    shown = daemon.one('show', rows[0]['id'])['connection']
    kernel = shown.get('tcp', {}).get('kernel')
    if kernel is None:
        return None
    final = kernel.pop('final', False)
    return {'row': shown, 'final': final, **{k: int(v) for k, v in kernel.items()}}


def whole(daemon, client, server):
    """Whether every byte that either end sent was captured, those that were sent again too."""
    tcp = kernel_of(daemon, client.port)['row']['tcp']
    seen = h.number(tcp.get('payload_sent')), h.number(tcp.get('payload_received'))
    sent = client.do('info')['sent'], server.do('info')['sent']
    if seen != sent:
        print(f'captured {seen}, sent {sent}', tcp, daemon.one('stats')['losses'])
    return seen == sent


def same(kernel, info):
    """Whether these are of one moment."""
    want = {'bytes_acked': info['acked'], 'bytes_received': info['received'], 'bytes_sent': info['sent'],
            'smoothed_rtt_us': info['rtt'], 'rtt_variance_us': info['rttvar'], 'minimum_rtt_us': info['min_rtt'],
            'retransmissions': info['retrans'], 'congestion_window': info['cwnd']}
    return all(kernel.get(k, 0) == v for k, v in want.items())


def check(daemon, client, server, up, down, delivery=True):
    talk(client, server, up, down)
    info = client.do('info')
    # At rest nothing moves: what the application reads is what the next look of the daemon finds.
    kernel = h.wait_for('kernel and application agree', lambda: (
        lambda k: k if k and same(k, info) else None)(kernel_of(daemon, client.port)), 5)
    # A loaded machine sends again what was only late.
    assert info['sent'] >= up and info['acked'] == up + 1 and info['received'] == down, info
    row = kernel['row']
    assert not kernel['final'], kernel
    assert row['rtt_source'] == 'RTT_SOURCE_KERNEL' and row['rtt_us'] == info['rtt'], row
    if delivery:
        assert kernel['delivery_rate'] == info['delivery'], (kernel, info)
    return kernel


def test_what_the_application_reads_is_what_the_api_says():
    with h.Net() as net, h.Daemon('-i', 'veth0', net=net, ns=net.a) as daemon:
        for here, there in (('10.77.0.1', '10.77.0.2'), ('fd77::1', 'fd77::2')):
            server = App('server', there, prefix=net.inside(net.b))
            client = App('client', there, server.port, prefix=net.inside(net.a))
            kernel = check(daemon, client, server, 1_000_000, 300_000)
            # Packets come by another way, and a moment later: nothing was lost on it.
            h.wait_for('captured is what the kernel has', lambda c=client, s=server: whole(daemon, c, s), 5)
            text = h.client(daemon.socket, 'show', kernel['row']['id']).stdout
            assert '(kernel)' in text and 'tcp kernel' in text and 'tcp captured' in text, text
            assert 'payload sent      captured' in text and 'no difference' in text, text
            # At the end: the FIN of either side counts one, as the kernel has it.
            server.begin('end')
            client.do('end')
            server.done()
            client.do('close')
            last = h.wait_for('the last numbers', lambda c=client: (
                lambda k: k if k and k['final'] else None)(kernel_of(daemon, c.port, '--historic')), 5)
            assert (last['bytes_acked'], last['bytes_received']) == (1_000_002, 300_001), last
            assert last['bytes_sent'] == kernel['bytes_sent'], last


def test_both_ends_here_and_a_socket_opened_before():
    server = App('server', '127.0.0.1')
    client = App('client', '127.0.0.1', server.port)
    with h.Daemon('-i', 'lo') as daemon:
        check(daemon, client, server, 5_000_000, 1000)


def test_what_came_in_has_the_numbers_of_this_end():
    with h.Net() as net:
        # The other end is in another namespace, so that one is walked too; its numbers are not this end's.
        server = App('server', '10.77.0.1', prefix=net.inside(net.a))
        with h.Daemon('-i', 'veth0', net=net, ns=net.a) as daemon:
            client = App('client', '10.77.0.1', server.port, prefix=net.inside(net.b))
            talk(client, server, 70_000, 5000)
            info = server.do('info')
            h.wait_for('the near end', lambda: (
                lambda k: k if k and same(k, info) else None)(kernel_of(daemon, client.port)), 5)


def test_nothing_moves_while_nothing_moves():
    with h.Net() as net, h.Daemon('-i', 'veth0', net=net, ns=net.a) as daemon:
        server = App('server', '10.77.0.2', prefix=net.inside(net.b))
        client = App('client', '10.77.0.2', server.port, prefix=net.inside(net.a))
        check(daemon, client, server, 1000, 1000)
        out = h.client(daemon.socket, 'watch', '--filter', f'port:{client.port}', '--format', 'jsonl', '--for', '6s').stdout
        lines = [json.loads(line) for line in out.splitlines() if line]
        # The state at the beginning, and rates that go down to nothing.
        assert 1 <= len(lines) <= 4, out


if __name__ == '__main__':
    h.main()
