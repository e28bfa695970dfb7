#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Attribution on the kernel of Debian 12 as it is delivered (6.1): the package's kernel in an emulated machine.

Emulation takes a minute or two; nothing waits for a time, only for what the guest says.  The kernel comes by `apt-get download`
(once, into the build folder) or is put there by hand: linux-image-6.1.*-cloud-amd64_*.deb.
"""
import base64
import glob
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import harness as h  # noqa: E402
from attribution_e2e import GENERATOR  # noqa: E402
from attribution_scale_e2e import compare, ground_truth, owners_of  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.path.join(h.BIN, '../kernel61')
HANDOVER = os.path.join(os.path.dirname(GENERATOR), 'attribution_handover_test')
QEMU = 'qemu-system-x86_64'
MODULES = ('inet_diag', 'tcp_diag', 'udp_diag')
LONGEST = 900  # seconds


def kernel_package():
    pattern = os.path.join(CACHE, 'linux-image-6.1.*-cloud-amd64_*.deb')
    if not glob.glob(pattern):
        h.need('apt-cache', 'apt-get')
        os.makedirs(CACHE, exist_ok=True)
        said = h.run('apt-cache', 'depends', 'linux-image-cloud-amd64', check=False).stdout
        name = re.search(r'Depends: (linux-image-6\.1\.\S+)', said)
        if name is None:
            raise h.Skip('no kernel 6.1 among the packages')
        h.run('apt-get', 'download', name[1], cwd=CACHE, check=False, timeout=300)
    found = glob.glob(pattern)
    if not found:
        raise h.Skip('the kernel package could not be downloaded')
    return found[0]


def libraries(program):
    """The shared libraries of `program`, as absolute paths."""
    return re.findall(r'(/\S+) \(0x', h.run('ldd', program).stdout)


def put(root, source, target):
    path = os.path.join(root, target.lstrip('/'))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copy(source, path)
    os.chmod(path, 0o755)


def make_initrd(folder, package):
    """(kernel, initrd): busybox, the daemon, the client and the load generator with their libraries."""
    unpacked = os.path.join(folder, 'package')
    h.run('dpkg-deb', '-x', package, unpacked)
    root = os.path.join(folder, 'root')
    busybox = shutil.which('busybox')
    programs = {'rustnetd': h.DAEMON, 'rustnet-client': h.CLIENT, 'load_generator': GENERATOR,
                'attribution_handover_test': HANDOVER}
    for name, program in programs.items():
        put(root, program, '/bin/' + name)
        for library in libraries(program):
            put(root, library, library)
    put(root, busybox, '/bin/busybox')
    for applet in h.run(busybox, '--list').stdout.split():
        path = os.path.join(root, 'bin', applet)
        if not os.path.exists(path):
            os.symlink('busybox', path)
    put(root, os.path.join(HERE, 'init.sh'), '/init')
    for place in ('new', 'etc', 'modules', 'usr', 'lib64'):
        os.makedirs(os.path.join(root, place), exist_ok=True)
    with open(os.path.join(root, 'etc/passwd'), 'w', encoding='utf-8') as file:
        file.write('root:x:0:0::/:/bin/sh\nrustnet:x:990:990::/:/bin/false\n')
    with open(os.path.join(root, 'etc/group'), 'w', encoding='utf-8') as file:
        file.write('root:x:0:\nrustnet:x:990:\n')
    for number, module in enumerate(MODULES):  # in this order
        found = glob.glob(f'{unpacked}/lib/modules/*/kernel/net/ipv4/{module}.ko')
        put(root, found[0], f'/modules/{number}-{module}.ko')
    initrd = os.path.join(folder, 'initrd')
    h.run('sh', '-c', f'cd "$1" && find . | "$2" cpio -o -H newc | gzip -1 > "$3"', 'sh', root, busybox, initrd)
    return glob.glob(f'{unpacked}/boot/vmlinuz-*')[0], initrd


def boot(folder, kernel, initrd):
    """{file: text} of what the guest sends before it turns itself off."""
    console, archive = os.path.join(folder, 'console'), os.path.join(folder, 'archive')
    guest = h.start(QEMU, '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1536', '-display', 'none',
                    '-no-reboot', '-nodefaults', '-kernel', kernel, '-initrd', initrd, '-serial', 'file:' + console,
                    '-serial', 'file:' + archive, '-append', 'console=ttyS0 quiet panic=-1 printk.devkmsg=off')
    began = time.monotonic()
    try:
        guest.wait(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        pass
    with open(console, encoding='utf-8', errors='replace') as file:
        said = file.read()
    print(f'{time.monotonic() - began:.0f} s; ' + '; '.join(re.findall(r'guest: (.*?)\r?\n', said)))
    with open(archive, 'rb') as file:
        packed = file.read()
    if guest.poll() is None or not packed:
        raise AssertionError('the guest has not come to its end:\n' + said[-3000:])
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(packed))) as tar:
        return {os.path.basename(m.name): tar.extractfile(m).read().decode() for m in tar if m.isfile()}


def test_short_lived_processes_on_kernel_6_1():
    h.need(QEMU, 'busybox', 'dpkg-deb', 'ldd')
    if not os.path.exists(GENERATOR) or not os.path.exists(HANDOVER):
        raise h.Skip('load_generator or attribution_handover_test was not built')
    package = kernel_package()
    with tempfile.TemporaryDirectory(prefix='rustnet-kernel61-') as folder:
        out = boot(folder, *make_initrd(folder, package))
    if not out['rows'].strip():
        raise AssertionError(out['daemon.log'] + out['client.log'])
    status = json.loads(out['status'])
    rung = [b for b in status['backends'] if b['name'].startswith('attribution/')]
    print('\n'.join(f'{b["name"]} {b["state"]} {b.get("text", "")}' for b in rung))
    truth = ground_truth(out['truth'])
    right, wrong, unknown = compare(truth, owners_of(map(json.loads, out['rows'].splitlines())))
    # 240 connections, 240 datagrams and 240 questions, and the 240 sockets that the server accepted.
    print(f'{out["load"].strip()}: {right} of {len(truth)} ends right, {len(wrong)} wrong, {unknown} unknown')
    assert rung[0]['name'] == 'attribution/L0' and rung[0]['state'] == 'STATE_ACTIVE', rung
    assert len(truth) == 6 * 240 and right == len(truth), (wrong[:3], unknown, out['daemon.log'][-2000:])
    print('\n'.join(line for line in out['handover'].splitlines() if line.startswith(('[       OK', '[  SKIPPED', '[  PASSED'))))
    assert '[  FAILED' not in out['handover'] and '[  PASSED' in out['handover'], out['handover'][-4000:]


if __name__ == '__main__':
    h.main()
