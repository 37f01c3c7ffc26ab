"""Starts what bench/run compares, loads it with wrk, reads what it cost.

Not here: which cases, tables.
"""

import glob
import http.client
import os
import resource
import signal
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SERVER_CORE, CLIENT_CORE = '0', '1'
TICK = os.sysconf('SC_CLK_TCK')

CONF = '''
load_module {so};
worker_processes {workers};
daemon off;
pid {prefix}/nginx.pid;
error_log {prefix}/error.log warn;

events {{
    worker_connections 1024;
}}

http {{
    access_log off;
    keepalive_requests 1000000;
    client_header_buffer_size 8k;
    client_body_buffer_size 512k;
    client_max_body_size 64m;

    client_body_temp_path {prefix}/tmp;
    proxy_temp_path {prefix}/tmp;
    fastcgi_temp_path {prefix}/tmp;
    uwsgi_temp_path {prefix}/tmp;
    scgi_temp_path {prefix}/tmp;

    {http}

    server {{
        listen 127.0.0.1:{port};
        {server}
    }}
}}
'''


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def children(pid):
    """Direct children of a process."""
    try:
        with open(f'/proc/{pid}/task/{pid}/children') as f:
            return [int(p) for p in f.read().split()]
    except OSError:
        return []


class Server:
    """A process of ours on the server's core, with a port of its own."""

    def __init__(self, name, command, env=None, log=None):
        self.name = name
        self.port = None
        self.process = subprocess.Popen(
            ['taskset', '-c', SERVER_CORE] + command, env=env,
            stdin=subprocess.DEVNULL, stdout=log or subprocess.DEVNULL,
            stderr=log or subprocess.DEVNULL, start_new_session=True)

    def pids(self):
        """Its process and those below it."""
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found

    def cpu(self):
        """CPU seconds of all of them, user and system."""
        ns = 0
        for pid in self.pids():
            for path in glob.glob(f'/proc/{pid}/task/*/schedstat'):
                with open(path) as f:
                    ns += int(f.read().split()[0])
        return ns / 1e9

    def private(self):
        """Private memory of all of them, bytes."""
        total = 0
        for pid in self.pids():
            with open(f'/proc/{pid}/smaps_rollup') as f:
                total += sum(int(line.split()[1]) for line in f
                             if line.startswith('Private_'))
        return total * 1024

    def post(self, path, body, head=None):
        headers = {'Content-Type': 'application/json'}
        if head is not None:
            headers = {'Content-Type': 'application/octet-stream',
                       'Inference-Header-Content-Length': str(head)}
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=10)
        try:
            c.request('POST' if body else 'GET', path, body, headers)
            answer = c.getresponse()
            return answer.status, answer.read()
        finally:
            c.close()

    def wait(self, path, body, seconds):
        """Until it answers 200; seconds since the call, None: it did not."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            try:
                if self.post(path, body)[0] == 200:
                    return time.monotonic() - start
            except OSError:
                pass
            if self.process.poll() is not None:
                return None
            time.sleep(.001)
        return None

    def stop(self):
        """Only what this object started; nothing of it is left behind."""
        pids = self.pids()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            self.process.wait()


class Nginx(Server):
    def __init__(self, name, binary, folder, so, http_part, server_part,
                 workers=1):
        prefix = os.path.join(folder, name)
        port = free_port()
        os.makedirs(prefix, exist_ok=True)
        conf = os.path.join(prefix, 'nginx.conf')
        with open(conf, 'w') as f:
            f.write(CONF.format(so=os.path.abspath(so), prefix=prefix,
                                workers=workers, port=port, http=http_part,
                                server=server_part))
        self.prefix = prefix
        self.began = time.monotonic()
        super().__init__(name, [binary, '-p', prefix, '-c', conf,
                                '-e', os.path.join(prefix, 'error.log')])
        self.port = port


def wrk_start(server, path, connections, seconds, bodies, delay=0):
    """bodies: (path without number, JSON length or None, count); delay: ms
    between two requests of a connection"""
    env = dict(os.environ, BENCH_COUNT=str(bodies[2]), BENCH_DELAY=str(delay))
    env.pop('BENCH_HEAD', None)
    if bodies[2]:
        env['BENCH_BODY'] = bodies[0]
    if bodies[1] is not None:
        env['BENCH_HEAD'] = str(bodies[1])

    return subprocess.Popen(
        ['taskset', '-c', CLIENT_CORE, 'wrk', '-t1', f'-c{connections}',
         f'-d{seconds}s', '--latency', '-s', os.path.join(HERE, 'post.lua'),
         f'http://127.0.0.1:{server.port}{path}'], env=env,
        stdout=subprocess.PIPE, text=True, start_new_session=True)


def wrk_end(process):
    """{rate, p50, p99, p999 (us), errors, requests, seconds}"""
    out, _ = process.communicate()
    for line in out.splitlines():
        if line.startswith('@ '):
            n, us, p50, p99, p999, errors = (float(v)
                                             for v in line.split()[1:])
            return {'rate': n / us * 1e6, 'p50': p50, 'p99': p99,
                    'p999': p999, 'errors': int(errors), 'requests': n,
                    'seconds': us / 1e6}
    raise RuntimeError('wrk said nothing:\n' + out)


def children_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_of(command):
    """CPU seconds of a program that ends by itself, on the server's core."""
    before = children_cpu()
    subprocess.run(['taskset', '-c', SERVER_CORE] + command, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return children_cpu() - before


def cores():
    """CPU seconds that anybody spent on the two cores."""
    spent = 0
    with open('/proc/stat') as f:
        for line in f:
            fields = line.split()
            if fields[0] in ('cpu' + SERVER_CORE, 'cpu' + CLIENT_CORE):
                # not interrupts: the network's are ours
                spent += sum(int(v) for v in fields[1:4] + fields[8:9])
    return spent / TICK


class Bursts:
    """Requests of a model on open connections, all sent before any answer is
    read, by this process on the server's core: so the server finds as many
    at a time whatever it is, and no other core says how fast it may be."""

    def __init__(self, server, path, connections, bodies):
        prefix, head, count = bodies
        self.server, self.turn, self.sent = server, 0, []

        for i in range(count):
            with open(f'{prefix}.{i}', 'rb') as f:
                body = f.read()
            lines = [f'POST {path} HTTP/1.1', 'Host: 127.0.0.1',
                     f'Content-Length: {len(body)}']
            lines += (['Content-Type: application/json'] if head is None else
                      ['Content-Type: application/octet-stream',
                       f'Inference-Header-Content-Length: {head}'])
            self.sent.append('\r\n'.join(lines + ['', '']).encode() + body)

        self.open = [socket.create_connection(('127.0.0.1', server.port))
                     for _ in range(connections)]
        for c in self.open:
            c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @staticmethod
    def answer(c):
        got = b''
        while True:
            more = c.recv(65536)
            got += more
            head, _, body = got.partition(b'\r\n\r\n')
            length = head.partition(b'Content-Length: ')[2].split(b'\r')[0]
            if not more or (length and len(body) >= int(length)):
                break
        if not got.startswith(b'HTTP/1.1 200'):
            raise RuntimeError(f'bursts: got {got[:100]}')

    def burst(self):
        for c in self.open:
            c.sendall(self.sent[self.turn % len(self.sent)])
            self.turn += 1
        for c in self.open:
            self.answer(c)

    def cpu(self, bursts):
        """CPU us of a request of so many bursts, after two others"""
        for _ in range(2):
            self.burst()
        start = self.server.cpu()
        for _ in range(bursts):
            self.burst()
        return (self.server.cpu() - start) / bursts / len(self.open) * 1e6


def load(server, path, connections, seconds, bodies):
    """One run of wrk, with CPU us per request, how busy the server was, and
    the share of the two cores that others took."""
    cpu, both, start = server.cpu(), cores(), time.monotonic()
    client = children_cpu()
    got = wrk_end(wrk_start(server, path, connections, seconds, bodies))
    spent = server.cpu() - cpu
    client = children_cpu() - client
    got['others'] = max(0, cores() - both - spent - client) / (
        time.monotonic() - start) / 2
    got['cpu'] = spent / max(got['requests'], 1) * 1e6
    got['busy'] = spent / got['seconds']

    return got
