#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input gets one clear sentence (what, why, what to do), a sysexits code, and loses nothing."""
import os
import signal
import socket
import struct
import subprocess
import tempfile

import harness as h


def says(done, code, *words):
    text = done.stderr.strip()
    assert done.returncode == code, f'exit {done.returncode}, not {code}: {text}'
    assert text and len(text.splitlines()) == 1, f'not one sentence: {text!r}'
    for word in words:
        assert word in text, f'{word!r} is not in {text!r}'


def daemon(*args, **options):
    return h.run(h.DAEMON, *args, check=False, **options)


def test_usage_and_configuration():
    says(daemon('--no-such-flag'), 64, 'no-such-flag', '--help')
    says(daemon('--flows', '-'), 64, '--read')
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'rustnetd.toml')
        for text, where, word in (('[capture]\nsnaplength = 3\n', ':2:1', 'snaplen'), ('[capture]\nsnaplen = "x"\n', ':2:', 'number'),
                                  ('[server\n', ':1:', ''), ('[cpature]\n', ':1:', 'cpature')):
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
            says(daemon('-c', path, '--check-config'), 78, path + where, word)
        says(daemon('-c', os.path.join(folder, 'absent'), '--check-config'), 78, 'absent')


def test_interface_and_filter():
    h.need_root()
    says(daemon('-i', 'nosuch0', '--socket', '/tmp/rustnet-e2e-none.sock'), 69, 'nosuch0', 'lo')
    says(daemon('-i', 'lo', '-f', 'port port', '--socket', '/tmp/rustnet-e2e-none.sock'), 64, 'port port')


def test_no_permission():
    h.need_root()
    done = daemon('-i', 'lo', **h.as_user(65534))
    says(done, 77, 'root')


def test_socket_in_use():
    h.need_root()
    with h.Daemon('-i', 'lo') as first:
        says(daemon('-i', 'lo', '--socket', first.socket), 75, first.socket)
        assert first.answers()


def test_missing_user():
    h.need_root()
    says(daemon('-i', 'lo', '--user', 'nosuchuser', '--socket', '/tmp/rustnet-e2e-none.sock'), 78, 'nosuchuser', 'useradd')


def test_cut_capture_keeps_its_good_flows():
    header = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    frame = bytes.fromhex('ffffffffffff' '020000000001' '0806' '0001080006040001' '020000000001' '0a000001' '000000000000' '0a000002')
    record = struct.pack('<IIII', 1, 0, len(frame), len(frame)) + frame
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'cut.pcap')
        with open(path, 'wb') as f:
            f.write(header + record + record[:-4])
        done = daemon('--read', path, '--flows', '-')
        says(done, 65, path, 'cut')
        assert '"l4":"arp"' in done.stdout, done.stdout
        not_one = os.path.join(folder, 'text.pcap')
        with open(not_one, 'w', encoding='utf-8') as f:
            f.write('hello\n')
        says(daemon('--read', not_one, '--flows', '-'), 65, not_one)
        # A bad file does not stop the others.
        good = os.path.join(folder, 'good.pcap')
        with open(good, 'wb') as f:
            f.write(header + record)
        out = os.path.join(folder, 'out')
        os.mkdir(out)
        done = daemon('--read', not_one, '--read', good, '--flows-dir', out)
        assert done.returncode == 65, done
        assert '"l4":"arp"' in open(os.path.join(out, 'good.pcap.jsonl'), encoding='utf-8').read()


def test_client_without_daemon():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'none.sock')
        says(h.client(path, 'list', check=False), 69, path, '--standalone')
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(path)
        says(h.client(path, 'list', check=False), 69, path)


def test_client_of_a_stopped_daemon():
    h.need_root()
    with h.Daemon('-i', 'lo') as running:
        running.process.send_signal(signal.SIGSTOP)
        try:
            says(h.client(running.socket, 'list', check=False), 69, 'not answer')
        finally:
            running.process.send_signal(signal.SIGCONT)


def test_client_usage():
    says(h.client('/nonexistent', 'list', '--sort', 'nosuchkey', check=False), 64, 'nosuchkey')
    says(h.client('/nonexistent', 'list', '--filter', 'prot:tcp', check=False), 64, 'prot')
    says(h.client('/nonexistent', 'nosuchcommand', check=False), 64, 'nosuchcommand')


def test_full_disk():
    if not os.path.exists('/dev/full'):
        raise h.Skip('no /dev/full')
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'empty.pcap')
        with open(path, 'wb') as f:
            f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + struct.pack('<IIII', 1, 0, 14, 14) + bytes(14))
        done = subprocess.run([h.DAEMON, '--read', path, '--flows', '/dev/full'], capture_output=True, text=True, check=False)
        assert done.returncode in (73, 74), done


if __name__ == '__main__':
    h.main()
