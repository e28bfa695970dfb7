#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As many short-lived sockets as a machine makes at its worst, each compared with the ground truth through the API."""
import json
import os
import signal
import socket

import harness as h
from attribution_e2e import GENERATOR, key

CONFIG = '[table]\nhistoric = 200000\n'


def owners_of(rows):
    """{one end's tuple: {(pid, name, executable), ...}}."""
    out = {}
    for row in rows:
        protocol = row['protocol'].removeprefix('PROTOCOL_').lower()
        ends = [(row[end].get('address'), row[end].get('port', 0)) for end in ('local', 'remote')]
        for (a, b), who in (((0, 1), 'process'), ((1, 0), 'peer_process')):
            found = row.get(who, {})
            if found.get('pid'):
                out.setdefault(key(protocol, *ends[a], *ends[b]), set()).add(
                    (found['pid'], found.get('name'), found.get('executable')))
    return out


def ground_truth(text):
    truth = {}
    for row in map(json.loads, text.splitlines()):
        tuple_ = key(row['protocol'], row['local'], row['local_port'], row['remote'], row['remote_port'])
        truth.setdefault(tuple_, set()).add((row['pid'], row['name'], row['executable']))
    return truth


def compare(truth, seen):
    """Ends that are right, wrong (a process that never had them) and unknown."""
    wrong = [t for t in truth if not seen.get(t, set()) <= truth[t]]
    right = [t for t in truth if seen.get(t) == truth[t]]
    return len(right), wrong, len(truth) - len(right) - len(wrong)


def need_generator():
    h.need_root()
    if not os.path.exists(GENERATOR):
        raise h.Skip('load_generator was not built')


def need_bpf(daemon):
    rung = [b for b in daemon.one('status')['backends'] if b['name'].startswith('attribution/')]
    if rung[0]['name'] not in ('attribution/L0', 'attribution/L1') or rung[0]['state'] == 'STATE_FAILED':
        raise h.Skip(f'no BPF here: {rung}')


def load(*options, sockets):
    need_generator()
    with h.Daemon('-i', 'lo', config=CONFIG) as daemon:
        need_bpf(daemon)
        done = h.run(GENERATOR, *options, timeout=120)
        truth = ground_truth(done.stdout)
        assert len({name for who in truth.values() for _, name, _ in who}) == 6, 'five programs and the server'

        def whole():
            result = compare(truth, owners_of(daemon.rows('--historic', '--limit', '0')))
            return result if result[0] >= 0.999 * len(truth) or result[1] else None
        right, wrong, unknown = h.wait_for('99.9 % are attributed', whole, 20)
        stats = daemon.one('stats')
        part, losses = stats['attribution_last_minute'], stats.get('losses', {})
        p50, p99, p999 = (h.number(part.get(k)) / 1000 for k in ('p50_us', 'p99_us', 'p999_us'))
        print(f'{done.stderr.strip()}: {len(truth)} ends, {right} right ({100 * right / len(truth):.3f} %), {len(wrong)} wrong, '
              f'{unknown} unknown; owner after p50 {p50:.0f} ms, p99 {p99:.0f} ms, p99.9 {p999:.0f} ms; '
              f'ring drops {h.number(losses.get("bpf_ring_dropped"))}, lost: {losses}')
        several = sum(len(who) > 1 for who in truth.values())
        if several:
            print(f'{several} ends were of several processes, one after another')
        assert len(done.stdout.splitlines()) == 2 * sockets, done.stderr
        assert not wrong, [(t, truth[t]) for t in wrong[:3]]
        assert p999 > 0, part
        assert h.number(losses.get('bpf_ring_dropped')) == 0, losses


def test_15000_sockets_of_1500_processes():
    load('--processes', '1500', '--tcp', '4', '--udp', '3', '--queries', '3', sockets=15_000)


def test_15000_sockets_of_which_many_have_the_same_ports():
    load('--processes', '1500', '--tcp', '4', '--udp', '3', '--queries', '3', '--again', '1', sockets=15_000)


def test_40000_datagrams_that_have_28000_ports():
    load('--processes', '1000', '--tcp', '0', '--udp', '40', '--again', '1', sockets=40_000)


def test_40000_datagrams_of_a_socket_each():
    load('--processes', '1000', '--tcp', '0', '--udp', '40', sockets=40_000)


def ours(row):
    return all(row.get(end, {}).get('pid') == os.getpid() for end in ('process', 'peer_process'))


def ring_drops(daemon):
    return h.number(daemon.one('stats').get('losses', {}).get('bpf_ring_dropped'))


def test_a_daemon_that_stood_still_counts_what_it_lost_and_makes_good():
    need_generator()
    with h.Daemon('-i', 'lo', config=CONFIG) as daemon:
        need_bpf(daemon)
        daemon.process.send_signal(signal.SIGSTOP)
        try:
            done = h.run(GENERATOR, '--processes', '1000', '--tcp', '0', '--udp', '80', timeout=120)
            # Nobody is told of these: the ring is full.
            with socket.create_server(('127.0.0.1', 0)) as listener:
                client = socket.create_connection(listener.getsockname())
                server, _ = listener.accept()
                sink, datagrams = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
                sink.bind(('127.0.0.1', 0))
                datagrams.connect(sink.getsockname())
        finally:
            daemon.process.send_signal(signal.SIGCONT)
        h.wait_for('the loss is counted', lambda: ring_drops(daemon) > 0, 10)
        ports = [s.getsockname()[1] for s in (client, datagrams)]

        def mine():
            for sender in (client, server, datagrams):
                sender.send(b'x')
            found = [[r for r in daemon.rows('--filter', f'port:{port}') if ours(r)]
                     for port in ports]
            return found if all(found) else None
        found = h.wait_for('a scan finds what was lost', mine, 15)
        print('found again as', [rows[0]['process']['quality'] for rows in found])
        drops = ring_drops(daemon)
        right, wrong, unknown = compare(ground_truth(done.stdout), owners_of(daemon.rows('--historic', '--limit', '0')))
        print(f'{drops} records lost; {right} ends right, {len(wrong)} wrong, {unknown} unknown')
        assert not wrong, wrong[:3]
        truth = ground_truth(h.run(GENERATOR, '--processes', '100', timeout=60).stdout)

        def whole():
            return compare(truth, owners_of(daemon.rows('--historic', '--limit', '0')))[0] == len(truth)
        h.wait_for('what comes later is whole', whole, 10)
        assert ring_drops(daemon) == drops
        for s in (client, server, datagrams, sink):
            s.close()


if __name__ == '__main__':
    h.main()
