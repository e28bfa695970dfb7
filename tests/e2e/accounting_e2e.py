#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bytes and packets are exact: what rustnetd counts on a veth with offloads off equals what the interface itself counts."""
import time

import harness as h
from harness import number


def totals(rows):
    """(packets, bytes) that left and that came, over all rows of veth0."""
    out = {'tx': [0, 0], 'rx': [0, 0]}
    for row in rows:
        counters = row.get('counters', {})
        out['tx'][0] += number(counters.get('packets_sent'))
        out['tx'][1] += number(counters.get('bytes_sent'))
        out['rx'][0] += number(counters.get('packets_received'))
        out['rx'][1] += number(counters.get('bytes_received'))
    return out


def settled(net, daemon):
    """The interface's counters and the daemon's totals of the same moment: nothing moved for a second around it."""
    while True:
        before = net.counters(net.a)
        time.sleep(0.5)
        seen = totals(daemon.rows('--filter', 'iface:veth0', '--historic', '--limit', '0'))
        time.sleep(0.5)
        if net.counters(net.a) == before:
            return before, seen


def compare(net, daemon, before):
    after, seen = settled(net, daemon)
    for way in ('tx', 'rx'):
        packets = after[way]['packets'] - before[way]['packets']
        size = after[way]['bytes'] - before[way]['bytes']
        assert seen[way] == [packets, size], f'{way}: seen {seen[way]}, interface {[packets, size]}'
    ledger = daemon.one('stats')['losses']['packets']
    lost = sum(number(ledger.get(k)) for k in ('kernel_ring_dropped', 'worker_dropped', 'malformed'))
    assert number(ledger['received']) == number(ledger['processed']) + lost, ledger
    assert lost == 0, ledger
    return after


def test_iperf3_and_curl_over_veth():
    h.need('iperf3', 'curl')
    with h.Net() as net, h.Daemon('-i', 'veth0', net=net, ns=net.a) as daemon:
        before, first = settled(net, daemon)
        net.start(net.b, 'iperf3', '-s', '-1')
        h.wait_for('iperf3 listens', lambda: ':5201' in net.run(net.b, 'ss', '-Hltn').stdout)
        base = {way: [before[way][k] - first[way][i] for i, k in enumerate(('packets', 'bytes'))] for way in ('tx', 'rx')}
        net.run(net.a, 'iperf3', '-c', '10.77.0.2', '-b', '200M', '-t', '3')
        server = net.start(net.b, 'python3', '-m', 'http.server', '8080', '--bind', '10.77.0.2', cwd='/usr/bin')
        h.wait_for('the web server listens', lambda: ':8080' in net.run(net.b, 'ss', '-Hltn').stdout)
        net.run(net.a, 'curl', '-s', '-o', '/dev/null', 'http://10.77.0.2:8080/cmake')
        h.stop(server)
        compare(net, daemon, {way: dict(zip(('packets', 'bytes'), base[way])) for way in ('tx', 'rx')})
        rows = daemon.rows('--filter', 'port:5201', '--historic')
        assert rows and all(row['process']['name'] == 'iperf3' for row in rows), rows


def test_a_lone_packet_is_visible_within_a_second():
    with h.Net() as net, h.Daemon('-i', 'veth0', net=net, ns=net.a) as daemon:
        net.run(net.a, 'ping', '-c', '1', '-W', '1', '10.77.0.2')
        h.wait_for('the echo has a row', lambda: daemon.rows('--filter', 'proto:icmp'), 1.0)


if __name__ == '__main__':
    h.main()
