/*
 * Load over HTTP/2 without TLS, of calls of gRPC or requests of HTTP, as
 * clients that live long send them: headers stand in the dynamic table, so that
 * a request has a few bytes of them.
 *
 *     bench_h2 PORT CONNECTIONS STREAMS SECONDS BODIES COUNT PATH
 *              [NAME VALUE]...
 *
 * Bodies are the files BODIES.0 to BODIES.(COUNT - 1); of gRPC (content-type)
 * with their frames.  Prints "@ requests microseconds errors".
 * Not here: servers, what is compared (grpc.py).
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>


#define MAX_CONNECTIONS  64
#define MAX_BODIES       256
#define MAX_HEADERS      16
#define ROOM             (1 << 20)
#define FRAME            9
#define MAX_FRAME        16384

enum { DATA = 0, HEADERS = 1, RST = 3, SETTINGS = 4, PING = 6, GOAWAY = 7,
       WINDOW = 8 };

#define END_STREAM   1
#define ACK          1
#define END_HEADERS  4


typedef struct {
    unsigned char  *data;
    size_t          len;
} bytes_t;

typedef struct {
    int            fd;
    uint32_t       next;           /* stream */
    unsigned       first;          /* its headers are said in full */
    int64_t        window;         /* bytes that may be sent */
    size_t         active;
    unsigned char *out;
    size_t         out_at, out_len;
    unsigned char *in;
    size_t         in_len;
    uint32_t       answered[MAX_CONNECTIONS * 4];  /* ring: streams with DATA */
} connection_t;


static bytes_t   bodies[MAX_BODIES];
static size_t    n_bodies;
static bytes_t   full, brief;      /* blocks of headers */
static unsigned  grpc;
static uint64_t  done, errors;
static size_t    turn;


static void
fail(const char *what)
{
    fprintf(stderr, "bench_h2: %s\n", what);
    exit(1);
}


static uint64_t
now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}


static void
put(bytes_t *b, const void *p, size_t n)
{
    b->data = realloc(b->data, b->len + n);
    if (b->data == NULL) {
        fail("no memory");
    }

    memcpy(b->data + b->len, p, n);
    b->len += n;
}


/* RFC 7541: numbers, texts, headers that go into the dynamic table */

static void
put_number(bytes_t *b, unsigned first, unsigned bits, size_t n)
{
    unsigned char  c;
    size_t         max;

    max = ((size_t) 1 << bits) - 1;

    if (n < max) {
        c = (unsigned char) (first | n);
        put(b, &c, 1);
        return;
    }

    c = (unsigned char) (first | max);
    put(b, &c, 1);

    for (n -= max; n > 127; n >>= 7) {
        c = (unsigned char) ((n & 127) | 128);
        put(b, &c, 1);
    }

    c = (unsigned char) n;
    put(b, &c, 1);
}


static void
put_text(bytes_t *b, const char *s)
{
    put_number(b, 0, 7, strlen(s));
    put(b, s, strlen(s));
}


static void
blocks(const char *path, char **headers, int n)
{
    int  i;

    put(&full, "\x83\x86", 2);             /* POST, http */
    put(&brief, "\x83\x86", 2);

    put_number(&full, 0x40, 6, 4);
    put_text(&full, path);
    put_number(&full, 0x40, 6, 1);
    put_text(&full, "localhost");

    for (i = 0; i < n; i++) {
        put_number(&full, 0x40, 6, 0);
        put_text(&full, headers[2 * i]);
        put_text(&full, headers[2 * i + 1]);

        if (strcmp(headers[2 * i], "content-type") == 0) {
            grpc = strncmp(headers[2 * i + 1], "application/grpc", 16) == 0;
        }
    }

    for (i = n + 1; i >= 0; i--) {         /* the last one is 62 */
        put_number(&brief, 0x80, 7, (size_t) (62 + i));
    }
}


static void
read_bodies(const char *prefix, size_t n)
{
    FILE    *f;
    char     name[4096], some[65536];
    size_t   i, k;

    for (i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "%s.%zu", prefix, i);

        f = fopen(name, "rb");
        if (f == NULL) {
            fail(name);
        }

        while ((k = fread(some, 1, sizeof(some), f)) > 0) {
            put(&bodies[i], some, k);
        }

        fclose(f);
    }

    n_bodies = n;
}


static unsigned char *
frame(connection_t *c, size_t len, unsigned type, unsigned flags,
    uint32_t stream)
{
    unsigned char  *p;

    if (c->out_len + FRAME + len > ROOM) {
        fail("too much to send");
    }

    p = c->out + c->out_len;
    c->out_len += FRAME + len;

    p[0] = (unsigned char) (len >> 16);
    p[1] = (unsigned char) (len >> 8);
    p[2] = (unsigned char) len;
    p[3] = (unsigned char) type;
    p[4] = (unsigned char) flags;
    p[5] = (unsigned char) (stream >> 24);
    p[6] = (unsigned char) (stream >> 16);
    p[7] = (unsigned char) (stream >> 8);
    p[8] = (unsigned char) stream;

    return p + FRAME;
}


static void
begin(connection_t *c)
{
    size_t    at, n;
    bytes_t  *h, *b;

    h = c->first ? &full : &brief;
    b = &bodies[turn++ % n_bodies];

    memcpy(frame(c, h->len, HEADERS, END_HEADERS, c->next), h->data, h->len);

    for (at = 0; at < b->len; at += n) {
        n = b->len - at > MAX_FRAME ? MAX_FRAME : b->len - at;
        memcpy(frame(c, n, DATA, at + n == b->len ? END_STREAM : 0, c->next),
               b->data + at, n);
    }

    c->window -= (int64_t) b->len;
    c->first = 0;
    c->next += 2;
    c->active++;
}


static uint32_t
number(const unsigned char *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8
           | p[3];
}


/* The end of a stream: a call of gRPC has said 0, which is behind a message */

static void
ended(connection_t *c, unsigned right)
{
    c->active--;
    done++;
    errors += !right;
}


static void
take(connection_t *c, const unsigned char *p, size_t len)
{
    uint32_t              stream, *slot;
    unsigned              flags;
    const unsigned char  *payload;

    flags = p[4];
    stream = number(p + 5) & 0x7fffffff;
    payload = p + FRAME;
    slot = &c->answered[stream / 2 % (MAX_CONNECTIONS * 4)];

    switch (p[3]) {

    case HEADERS:
        while (len > 0 && (*payload & 0xe0) == 0x20) {
            payload++;                     /* the size of the table */
            len--;
        }

        if (len > 0 && *payload == 0x88 && !grpc) {
            *slot = stream;
        }

        if (flags & END_STREAM) {
            ended(c, *slot == stream);
        }

        break;

    case DATA:
        if (grpc) {
            *slot = stream;
        }

        if (flags & END_STREAM) {
            ended(c, !grpc && *slot == stream);
        }

        break;

    case RST:
        ended(c, 0);
        break;

    case SETTINGS:
        if (!(flags & ACK)) {
            frame(c, 0, SETTINGS, ACK, 0);
        }

        break;

    case PING:
        if (!(flags & ACK)) {
            memcpy(frame(c, 8, PING, ACK, 0), payload, 8);
        }

        break;

    case WINDOW:
        if (stream == 0) {
            c->window += number(payload);
        }

        break;

    case GOAWAY:
        fail("the server says good-bye");
    }
}


static void
receive(connection_t *c)
{
    size_t   at, len;
    ssize_t  n;

    n = read(c->fd, c->in + c->in_len, ROOM - c->in_len);

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        fail("the server has closed");
    }

    c->in_len += n > 0 ? (size_t) n : 0;

    for (at = 0; c->in_len - at >= FRAME; at += FRAME + len) {
        len = number(c->in + at) >> 8;

        if (c->in_len - at < FRAME + len) {
            break;
        }

        take(c, c->in + at, len);
    }

    memmove(c->in, c->in + at, c->in_len - at);
    c->in_len -= at;
}


static void
transmit(connection_t *c)
{
    ssize_t  n;

    while (c->out_at < c->out_len) {
        n = write(c->fd, c->out + c->out_at, c->out_len - c->out_at);

        if (n < 0) {
            if (errno == EAGAIN) {
                return;
            }

            fail("the server does not read");
        }

        c->out_at += (size_t) n;
    }

    c->out_at = c->out_len = 0;
}


static void
connect_to(connection_t *c, int port)
{
    int                 on = 1;
    unsigned char      *p;
    struct sockaddr_in  to = { .sin_family = AF_INET };

    static const char  preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    to.sin_port = htons((uint16_t) port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    c->fd = socket(AF_INET, SOCK_STREAM, 0);

    if (c->fd < 0 || connect(c->fd, (struct sockaddr *) &to, sizeof(to)) != 0) {
        fail("no server");
    }

    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    fcntl(c->fd, F_SETFL, O_NONBLOCK);

    c->out = malloc(ROOM);
    c->in = malloc(ROOM);

    if (c->out == NULL || c->in == NULL) {
        fail("no memory");
    }

    c->next = 1;
    c->first = 1;
    c->window = 65535;

    memcpy(c->out, preface, sizeof(preface) - 1);
    c->out_len = sizeof(preface) - 1;

    p = frame(c, 6, SETTINGS, 0, 0);       /* a stream's window */
    memcpy(p, "\0\4\x7f\xff\xff\xff", 6);
    p = frame(c, 4, WINDOW, 0, 0);
    memcpy(p, "\x7f\xff\0\0", 4);
}


int
main(int argc, char **argv)
{
    size_t         i, n, streams;
    uint64_t       start, end;
    connection_t  *c;
    struct pollfd  fds[MAX_CONNECTIONS];

    if (argc < 8 || argc % 2 != 0) {
        fail("PORT CONNECTIONS STREAMS SECONDS BODIES COUNT PATH "
             "[NAME VALUE]...");
    }

    n = strtoul(argv[2], NULL, 10);
    streams = strtoul(argv[3], NULL, 10);

    if (n == 0 || n > MAX_CONNECTIONS || streams > MAX_CONNECTIONS) {
        fail("too many connections or streams");
    }

    read_bodies(argv[5], strtoul(argv[6], NULL, 10));
    blocks(argv[7], argv + 8, (argc - 8) / 2);

    c = calloc(n, sizeof(connection_t));
    if (c == NULL) {
        fail("no memory");
    }

    for (i = 0; i < n; i++) {
        connect_to(&c[i], (int) strtol(argv[1], NULL, 10));
    }

    start = now();
    end = start + (uint64_t) (strtod(argv[4], NULL) * 1e6);

    while (now() < end) {
        for (i = 0; i < n; i++) {
            while (c[i].active < streams
                   && c[i].window >= (int64_t) bodies[turn % n_bodies].len
                   && c[i].out_len + bodies[turn % n_bodies].len + 4096 < ROOM)
            {
                begin(&c[i]);
            }

            transmit(&c[i]);
            fds[i].fd = c[i].fd;
            fds[i].events = POLLIN | (c[i].out_len > 0 ? POLLOUT : 0);
        }

        poll(fds, n, 100);

        for (i = 0; i < n; i++) {
            if (fds[i].revents & (POLLIN | POLLHUP | POLLERR)) {
                receive(&c[i]);
            }
        }
    }

    printf("@ %llu %llu %llu\n", (unsigned long long) done,
           (unsigned long long) (now() - start), (unsigned long long) errors);

    return 0;
}
