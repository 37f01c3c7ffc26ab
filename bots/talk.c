/*
 * One connection of a client: from its own address to nginx, a request out, an
 * answer in.
 * When is decided elsewhere.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bots.h"


void
bots_close(bots_actor_t *a)
{
    if (a->fd != -1) {
        (void) close(a->fd);
        a->fd = -1;
    }
}


int
bots_connect(bots_actor_t *a, unsigned port)
{
    int                 on;
    struct timeval      patience;
    struct sockaddr_in  from, to;

    on = 1;
    patience.tv_sec = (time_t) BOTS_PATIENCE;
    patience.tv_usec = 0;
    memset(&from, 0, sizeof(from));
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(a->address);
    to = from;
    to.sin_port = htons((uint16_t) port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    a->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (a->fd == -1) {
        bots_die("cannot make a socket: %s", strerror(errno));
    }

    (void) setsockopt(a->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
                      sizeof(on));
    (void) setsockopt(a->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void) setsockopt(a->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
                      sizeof(patience));

    if (bind(a->fd, (struct sockaddr *) &from, sizeof(from)) != 0
        || connect(a->fd, (struct sockaddr *) &to, sizeof(to)) != 0)
    {
        bots_close(a);
        return -1;
    }

    return 0;
}


/* The status, the length of the body, and the cookie if one is given */

static void
bots_read_header(bots_actor_t *a, char *end)
{
    char  *line, *next;

    *end = '\0';
    a->status = 0;
    a->body_left = 0;

    for (line = a->in; line != NULL; line = next) {
        next = strstr(line, "\r\n");

        if (next != NULL) {
            *next = '\0';
            next += 2;
        }

        if (line == a->in) {
            (void) sscanf(line, "HTTP/1.1 %u", &a->status);

        } else if (strncasecmp(line, "Content-Length:", 15) == 0) {
            a->body_left = strtoll(line + 15, NULL, 10);

        } else if (strncasecmp(line, "Set-Cookie: sid=", 16) == 0) {
            (void) snprintf(a->cookie, sizeof(a->cookie), "%.*s",
                            (int) strcspn(line + 16, ";"), line + 16);

        } else if (strcasecmp(line, "Connection: close") == 0) {
            a->again = 2;
        }
    }

    if (strncmp(a->out, "HEAD", 4) == 0) {
        a->body_left = 0;
    }
}


int
bots_read(bots_actor_t *a)
{
    char     *end, sink[16384];
    size_t    used;
    ssize_t   n;

    if (a->body_left < 0) {
        n = recv(a->fd, a->in + a->in_len, sizeof(a->in) - 1 - a->in_len,
                 MSG_DONTWAIT);

        if (n <= 0) {
            return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
        }

        a->in_len += (size_t) n;
        a->in[a->in_len] = '\0';
        end = strstr(a->in, "\r\n\r\n");

        if (end == NULL) {
            return a->in_len < sizeof(a->in) - 1 ? 0 : -1;
        }

        used = (size_t) (end + 4 - a->in);
        bots_read_header(a, end);
        a->body_left -= (long long) (a->in_len - used);
        return a->body_left <= 0;
    }

    n = recv(a->fd, sink, sizeof(sink), MSG_DONTWAIT);

    if (n <= 0) {
        return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    }

    a->body_left -= n;

    return a->body_left <= 0;
}
