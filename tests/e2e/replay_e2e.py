#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A capture file goes through the same pipeline, seal and API as an interface, without privilege, and gives one answer."""
import json
import os
import tempfile

import harness as h

GENERATE = os.path.join(os.environ.get('RUSTNET_TEST_BIN', os.path.join(h.BIN, '../tests')), 'generate_captures')


def captures(folder):
    if not os.path.exists(GENERATE):
        raise h.Skip('generate_captures was not built')
    h.run(GENERATE, folder)
    os.chmod(folder, 0o755)
    return sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(('.pcap', '.pcapng')))


def test_flows_are_the_same_twice_and_as_any_user():
    with tempfile.TemporaryDirectory() as folder:
        for path in captures(folder):
            first = h.run(h.DAEMON, '--read', path, '--flows', '-').stdout
            again = h.run(h.DAEMON, '--read', path, '--flows', '-', **(h.as_user(65534) if os.geteuid() == 0 else {})).stdout
            assert first and first == again, path
            for line in first.splitlines():
                json.loads(line)


def test_a_replay_serves_what_flows_prints():
    with tempfile.TemporaryDirectory() as folder:
        path = captures(folder)[0]
        flows = [json.loads(line) for line in h.run(h.DAEMON, '--read', path, '--flows', '-').stdout.splitlines()]
        with h.Daemon('--read', path) as daemon:
            rows = h.wait_for('the whole file', lambda: (lambda r: r if len(r) >= len(flows) else None)(
                daemon.rows('--historic', '--limit', '0')), 10)
            assert len(rows) == len(flows), (len(rows), len(flows))
            total = sum(f['pkts_out'] + f['pkts_in'] for f in flows)
            shown = sum(h.number(r['counters'].get(k)) for r in rows for k in ('packets_sent', 'packets_received'))
            assert total == shown, (total, shown)
            status = daemon.one('status')
            assert status['replay'].endswith(os.path.basename(path)), status
            controls = {c['control']: c for c in status['sandbox']['controls']}
            assert controls['seccomp']['state'] == 'STATE_VERIFIED', controls
            assert controls['no_new_privs']['state'] == 'STATE_VERIFIED', controls


if __name__ == '__main__':
    h.main()
