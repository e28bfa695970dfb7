#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The screen on pseudo-terminals and under tmux, against a fake daemon: what reaches the terminal, and how it is left."""
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time

import harness as h

BEGIN, END = b'\x1b[?2026h', b'\x1b[?2026l'


class Pty:
    """The client on a pseudo-terminal whose other end is ours."""

    def __init__(self, socket, *args, columns=80, rows=24, shell=None, **env):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        environment = {**os.environ, 'TERM': 'xterm-256color', 'LC_ALL': 'C.UTF-8', **env}
        environment = {k: v for k, v in environment.items() if v is not None}
        before = ['bash', '-c', shell, 'bash'] if shell else []
        self.process = subprocess.Popen([*before, h.CLIENT, '--socket', socket, *args], stdin=slave, stdout=slave, stderr=slave,
                                        env=environment, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        h.started.append(self.process)
        self.output = b''

    def read(self, seconds):
        """What comes within `seconds`, and when each piece came."""
        pieces, end = [], time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    piece = os.read(self.master, 1 << 16)
                except OSError:
                    break
                if not piece:
                    break
                pieces.append(piece)
                self.output += piece
        return b''.join(pieces)

    def until(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.output:
            assert time.monotonic() < end, f'{text!r} never came; the end was {self.output[-300:]!r}'
            self.read(0.1)

    def write(self, keys):
        os.write(self.master, keys)

    def end(self):
        """Waits for the end; the exit code."""
        deadline = time.monotonic() + 15
        while self.process.poll() is None:
            assert time.monotonic() < deadline, 'the client does not end'
            self.read(0.05)
        self.read(0.2)
        return self.process.returncode

    def check_given_back(self):
        after = termios.tcgetattr(self.slave)
        assert after[:4] == self.before[:4], 'the terminal modes were not restored'
        for mode in (b'\x1b[?1002l', b'\x1b[?1006l', b'\x1b[?2004l'):
            assert mode in self.output, mode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


def test_each_frame_is_one_synchronised_piece_and_nothing_new_is_no_byte():
    with h.Fake(rows=40, change=0) as fake, Pty(fake.socket) as screen:
        screen.until(b'Connections')
        h.wait_for('3 s of silence, as nothing changes', lambda: screen.read(3) == b'', 60)
        screen.write(b'j')
        frame = screen.read(0.5)
        assert frame.startswith(BEGIN) and frame.endswith(END), frame[:80]
        assert frame.count(BEGIN) == 1, frame
        screen.write(b'qq')
        assert screen.end() == 0
        screen.check_given_back()


def test_every_way_out_gives_the_terminal_back():
    with h.Fake() as fake:
        for how in (b'\x03', b'\x1c', signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with Pty(fake.socket) as screen:
                screen.until(b'Connections')
                if isinstance(how, bytes):
                    screen.write(how)
                else:
                    screen.process.send_signal(how)
                assert screen.end() == 0, how
                screen.check_given_back()
        with Pty(fake.socket) as screen:
            screen.until(b'Connections')
            screen.process.send_signal(signal.SIGSEGV)
            assert screen.end() == -signal.SIGSEGV
            screen.check_given_back()


def test_suspend_and_resume():
    shell = 'set -m; "$@"; echo STOPPED; read line; fg >/dev/null; echo DONE'
    with h.Fake() as fake, Pty(fake.socket, shell=shell) as screen:
        screen.until(b'Connections')
        screen.write(b'\x1a')
        screen.until(b'STOPPED')
        screen.check_given_back()
        screen.output = b''
        fcntl.ioctl(screen.slave, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 140, 0, 0))
        screen.write(b'\n')
        screen.until(b'\x1b[?1006h')
        screen.until(b'System')  # drawn anew, in the new size
        screen.write(b'qq')
        screen.until(b'DONE')
        assert screen.end() == 0


def test_terminals_of_every_kind():
    with h.Fake() as fake:
        for term in ('xterm-256color', 'xterm', 'tmux-256color', 'screen', 'linux', 'vt100'):
            with Pty(fake.socket, TERM=term) as screen:
                screen.until(b'Connections')
                screen.write(b'\x1b[B\x1bOBqq')
                assert screen.end() == 0, term
        with Pty(fake.socket, TERM='dumb') as screen:
            assert screen.end() == 69
            assert b'cannot place its cursor' in screen.output
        with Pty(fake.socket, TERM='no-such-terminal') as screen:
            assert screen.end() == 69
            assert b'unknown' in screen.output


def test_ascii_and_colourless():
    with h.Fake() as fake:
        for env in ({'LC_ALL': 'C'}, {}):
            with Pty(fake.socket, *([] if env else ['--ascii']), **env) as screen:
                screen.until(b'Connections')
                screen.write(b'jhqq')
                screen.read(1)
                assert not [b for b in screen.output if b >= 0x80]
        for args, env in (((), {'NO_COLOR': '1'}), (('--mono',), {})):
            with Pty(fake.socket, *args, **env) as screen:
                screen.until(b'Connections')
                screen.write(b'j')
                screen.read(1)
                assert not re.search(rb'\x1b\[[0-9;]*(3[0-8]|4[0-8])[0-9;]*m', screen.output), screen.output


def test_a_mouse_beyond_column_223():
    with h.Fake() as fake, Pty(fake.socket, columns=260, rows=40) as screen:
        screen.until(b'Connections')
        for what, text in ((b'\x1b[<0;5;9M\x1b[<0;5;9m', b'held'), (b'\x1b[<0;240;40M', b'')):
            screen.output = b''
            screen.write(what)
            if text:
                screen.until(text)
        screen.read(0.5)
        screen.write(b'qq')
        assert screen.end() == 0


def test_without_a_terminal():
    with h.Fake(rows=3) as fake:
        done = h.run(h.CLIENT, '--socket', fake.socket)
        assert len(done.stdout.splitlines()) == 4, done.stdout
        master, slave = pty.openpty()
        done = subprocess.run([h.CLIENT, '--socket', fake.socket], stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE,
                              text=True, timeout=20, check=False)
        os.close(master)
        os.close(slave)
        assert done.returncode == 64 and 'terminal' in done.stderr, done


def test_a_stopped_and_a_killed_daemon():
    with h.Fake(rows=20, change=10) as fake, h.Terminal(h.CLIENT, '--socket', fake.socket) as terminal:
        terminal.wait('Connections')
        fake.process.send_signal(signal.SIGSTOP)
        terminal.wait('not answering', 9)
        fake.process.send_signal(signal.SIGCONT)
        h.wait_for('it answers', lambda: 'not answering' not in terminal.screen(), 5)
        fake.process.kill()
        fake.process.wait()
        terminal.wait('lost', 3)
        assert 'frozen' in terminal.screen() and 'last daemon' in terminal.screen()
        fake.begin()
        h.wait_for('it is back', lambda: 'lost 0' in terminal.screen() or 'frozen' not in terminal.screen(), 5)
        terminal.keys('q')
        terminal.keys('q')


def test_a_storm_of_sizes():
    with h.Fake(rows=5000, change=5, churn=500) as fake, Pty(fake.socket) as screen:
        screen.until(b'Connections')
        rng = random.Random(4)
        for _ in range(200):
            size = struct.pack('HHHH', rng.randint(3, 80), rng.randint(10, 300), 0, 0)
            fcntl.ioctl(screen.slave, termios.TIOCSWINSZ, size)
            screen.process.send_signal(signal.SIGWINCH)
            screen.read(0.02)
        fcntl.ioctl(screen.slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
        screen.output = b''
        screen.process.send_signal(signal.SIGWINCH)
        screen.until(b'Connections')
        screen.until(b'quit')
        screen.write(b'qq')
        assert screen.end() == 0


def test_details_are_opened_walked_and_left():
    with h.Fake(rows=20, change=10) as fake, h.Terminal(h.CLIENT, '--socket', fake.socket, columns=120) as terminal:
        terminal.wait('Connections')
        terminal.keys('Down')
        terminal.keys('Enter')
        terminal.wait('Protocol')
        terminal.wait('next/prev')
        first = terminal.screen()
        terminal.keys('j')
        h.wait_for('the next one is shown', lambda: terminal.screen().split('▎')[1:] != first.split('▎')[1:], 5)
        terminal.keys('Escape')
        terminal.wait('Connections')


def test_rows_are_grouped_and_unfolded():
    with h.Fake(rows=20, change=10) as fake, h.Terminal(h.CLIENT, '--socket', fake.socket, columns=120) as terminal:
        terminal.wait('Connections')
        terminal.keys('a')
        terminal.wait('by process')
        terminal.wait('▸')
        terminal.keys('*')
        terminal.wait('└─')
        terminal.keys('A')
        terminal.wait('group by')
        terminal.keys('c')
        terminal.wait('(host)')
        terminal.keys('a')
        h.wait_for('the list is flat', lambda: 'by container' not in terminal.screen(), 5)


def test_a_filter_is_typed_pasted_and_refused():
    with h.Fake(rows=200) as fake, h.Terminal(h.CLIENT, '--socket', fake.socket, columns=120) as terminal:
        terminal.wait('Connections')
        terminal.keys('/', 'p', 'o', 'r', 't', ':', '4', '4', '3')
        terminal.wait('filtered')
        terminal.keys(' ', '(')
        terminal.wait('not applied')
        terminal.wait('last valid')
        terminal.keys('BSpace')
        terminal.keys('Enter')
        terminal.wait('filter port:443')
        terminal.keys('Escape')
        h.wait_for('the filter is gone', lambda: 'filter port' not in terminal.screen(), 5)


if __name__ == '__main__':
    h.main()
