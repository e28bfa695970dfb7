# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: namespaces with a veth pair, a daemon, clients, terminals.

Each test is a program of its own: functions named test_*, run by main(), which prints a line for each and exits with 0, 1, or
77 (skipped: not root, or a tool is not here).  RUSTNET_BIN is the folder of rustnetd and rustnet-client.
"""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

BIN = os.environ.get('RUSTNET_BIN', os.path.join(os.path.dirname(__file__), '../../build/dev/bin'))
DAEMON = os.path.join(BIN, 'rustnetd')
CLIENT = os.path.join(BIN, 'rustnet-client')
FAKE = os.path.join(os.environ.get('RUSTNET_TEST_BIN', os.path.join(BIN, '../tests')), 'fake_daemon')
SKIP = 77


class Skip(Exception):
    """The reason why a test cannot run here."""


def need_root():
    if os.geteuid() != 0:
        raise Skip('needs root for network namespaces')


def need(*tools):
    for tool in tools:
        if shutil.which(tool, path=os.environ['PATH'] + ':/usr/sbin:/sbin') is None:
            raise Skip(f'{tool} is not here')


def run(*command, check=True, timeout=60, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, **options)
    if check and done.returncode != 0:
        raise AssertionError(f'{" ".join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}')
    return done


def wait_for(what, condition, seconds=10.0):
    """The first true value of `condition`, asked 20 times a second; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f'{what}: not within {seconds} s')
        time.sleep(0.05)


class Net:
    """Two namespaces, `a` (10.77.0.1, fd77::1, where the daemon looks) and `b` (10.77.0.2, fd77::2), joined by a veth pair."""

    def __init__(self):
        tag = str(os.getpid())
        self.a, self.b = 'rn-a-' + tag, 'rn-b-' + tag
        self.interface = 'veth0'

    def __enter__(self):
        need_root()
        need('ip', 'ethtool', 'nsenter')
        for ns in (self.a, self.b):
            run('ip', 'netns', 'add', ns)
        run('ip', '-n', self.a, 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth0', 'netns', self.b)
        for ns, end in ((self.a, '1'), (self.b, '2')):
            run('ip', '-n', ns, 'link', 'set', 'lo', 'up')
            run('ip', '-n', ns, 'addr', 'add', f'10.77.0.{end}/24', 'dev', 'veth0')
            run('ip', '-n', ns, 'addr', 'add', f'fd77::{end}/64', 'dev', 'veth0', 'nodad')
            run(*self.inside(ns), 'ethtool', '-K', 'veth0', 'tso', 'off', 'gso', 'off', 'gro', 'off', 'tx', 'off')
            run('ip', '-n', ns, 'link', 'set', 'veth0', 'up')
        return self

    def __exit__(self, *_):
        for ns in (self.a, self.b):
            subprocess.run(['ip', 'netns', 'del', ns], check=False)

    def inside(self, ns):
        """The beginning of a command line that runs in `ns`; mounts stay as they are."""
        return ['nsenter', f'--net=/run/netns/{ns}']

    def start(self, ns, *command, **options):
        return start(*self.inside(ns), *command, **options)

    def run(self, ns, *command, **options):
        return run(*self.inside(ns), *command, **options)

    def counters(self, ns, interface='veth0'):
        """{rx,tx} → {packets, bytes} by the kernel's own count."""
        shown = json.loads(run('ip', '-n', ns, '-j', '-s', 'link', 'show', 'dev', interface).stdout)[0]
        return {way: {k: shown['stats64'][way][k] for k in ('packets', 'bytes')} for way in ('rx', 'tx')}


started = []


def start(*command, **options):
    options.setdefault('stdout', subprocess.DEVNULL)
    options.setdefault('stderr', subprocess.DEVNULL)
    options.setdefault('stdin', subprocess.DEVNULL)
    process = subprocess.Popen(command, **options)
    started.append(process)
    return process


def stop(process, how=signal.SIGTERM):
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(how)
    try:
        return process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f'{process.args[0]} did not end within 10 s of signal {how}') from None


class Daemon:
    """A sealed rustnetd on `interface`, in namespace `ns` if given; `config` is the text of its configuration file."""

    def __init__(self, *args, net=None, ns=None, socket=None, wait=True, program=DAEMON, config=None):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix='rustnet-e2e-')
        os.chmod(self.folder, 0o755)
        self.socket = socket or os.path.join(self.folder, 'rustnetd.sock')
        self.log = os.path.join(self.folder, 'log')
        self.prefix = net.inside(ns) if ns else []
        self.args = args
        if config is not None:
            path = os.path.join(self.folder, 'rustnetd.toml')
            with open(path, 'w', encoding='utf-8') as file:
                file.write(config)
            self.args = ('--config', path, *args)
        self.wait = wait
        self.process = None

    def __enter__(self):
        self.begin()
        return self

    def begin(self):
        with open(self.log, 'a', encoding='utf-8') as log:
            self.process = start(*self.prefix, self.program, '--socket', self.socket, *self.args, stderr=log, stdout=log)
        if self.wait:
            wait_for('rustnetd answers', self.answers, 20)

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f'rustnetd ended with {self.process.returncode}:\n{self.text()}')
        return client(self.socket, 'status', check=False).returncode == 0

    def text(self):
        with open(self.log, encoding='utf-8', errors='replace') as log:
            return log.read()

    def __exit__(self, kind, *_):
        code = None
        if self.process.poll() is None:
            code = stop(self.process)
        if kind is not None:
            print('--- rustnetd said:\n' + self.text()[-4000:])
        elif code not in (None, 0):
            raise AssertionError(f'rustnetd ended with {code} on SIGTERM:\n{self.text()[-2000:]}')
        shutil.rmtree(self.folder, ignore_errors=True)

    def rows(self, *args, uid=None):
        return jsonl(self.socket, 'list', *args, uid=uid)

    def one(self, *args):
        """The only object of a one-shot command."""
        return jsonl(self.socket, *args)[0]


class Fake:
    """A fake_daemon with `rows` rows, of which `change` percent change per tick; `churn` end and begin each second."""

    def __init__(self, rows=40, change=0, churn=0):
        if not os.path.exists(FAKE):
            raise Skip('fake_daemon was not built')
        self.folder = tempfile.mkdtemp(prefix='rustnet-fake-')
        self.socket = os.path.join(self.folder, 's.sock')
        self.args = ['--rows', str(rows), '--change', str(change), '--churn', str(churn)]
        self.process = None
        self.begin()

    def begin(self):
        self.process = start(FAKE, self.socket, *self.args, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().strip() == 'ready'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        subprocess.run(['rm', '-rf', self.folder], check=False)


def as_user(uid):
    """Popen options that make the child `uid` with no other groups, and a home that is not ours."""
    if uid is None:
        return {}
    return {'user': uid, 'group': uid, 'extra_groups': [], 'env': {**os.environ, 'HOME': '/nonexistent'}}


def client(socket, *args, check=True, uid=None, timeout=30):
    return run(CLIENT, '--socket', socket, *args, check=check, timeout=timeout, **as_user(uid))


def jsonl(socket, *args, uid=None):
    out = client(socket, *args, '--format', 'jsonl', uid=uid).stdout
    return [json.loads(line) for line in out.splitlines() if line]


def private_kib(pid):
    """Memory that is the process's own (proc(5), RssAnon)."""
    with open(f'/proc/{pid}/status', encoding='utf-8') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('RssAnon'))


def number(value):
    """64-bit numbers are texts in proto3 JSON, and absent if zero."""
    return int(value or 0)


def grpcurl():
    path = shutil.which('grpcurl')
    if path is None:
        raise Skip('grpcurl is not here')
    return path


class Terminal:
    """A command under tmux, `columns` by `rows`."""

    def __init__(self, *command, columns=80, rows=24, **env):
        need('tmux')
        self.server = f'rustnet-{os.getpid()}-{len(started)}-{time.monotonic_ns()}'
        pairs = [f'{k}={v}' for k, v in {'LC_ALL': 'C.UTF-8', **env}.items()]
        self.tmux('-f', '/dev/null', 'new-session', '-d', '-x', str(columns), '-y', str(rows), 'env', *pairs, *command)

    def tmux(self, *args, check=True):
        return run('tmux', '-L', self.server, *args, check=check)

    def keys(self, *keys):
        self.tmux('send-keys', *keys)

    def screen(self):
        return self.tmux('capture-pane', '-p', check=False).stdout

    def pid(self):
        return int(self.tmux('list-panes', '-F', '#{pane_pid}').stdout)

    def wait(self, text, seconds=10.0):
        try:
            return wait_for(f'{text!r} on the screen', lambda: text in self.screen() and self.screen(), seconds)
        except AssertionError:
            print('--- the screen was:\n' + self.screen())
            raise

    def close(self):
        self.tmux('kill-server', check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    tests = {k: v for k, v in vars(sys.modules['__main__']).items() if k.startswith('test_')}
    wanted = sys.argv[1:] or list(tests)
    failed = skipped = 0
    for name in wanted:
        begun = time.monotonic()
        try:
            tests[name]()
            print(f'ok       {name} ({time.monotonic() - begun:.1f} s)', flush=True)
        except Skip as reason:
            skipped += 1
            print(f'skipped  {name}: {reason}', flush=True)
        except Exception:
            failed += 1
            print(f'FAILED   {name}\n{traceback.format_exc()}', flush=True)
        finally:
            for process in started:
                if process.poll() is None:
                    process.kill()
                    process.wait()
            started.clear()
    sys.exit(1 if failed else SKIP if skipped == len(wanted) else 0)
