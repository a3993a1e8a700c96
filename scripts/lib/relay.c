/*
 * Stands between a client and PostgreSQL, and does nothing but pass on what comes: whatever stands there needs two more
 * wake-ups for a call, one for the question and one for the answer, and this shows what they cost. scripts/bench
 * compiles it and lets raw_limit read through it.
 *
 *     relay SOCKET
 *
 * SOCKET is the path of PostgreSQL's socket. It listens on a port of its own of 127.0.0.1, writes its number, and
 * serves one client after the other until it is ended.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { buffer_bytes = 65536 };

static void fail(const char *what)
{
    fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int listen_on_loopback(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 8) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        fail("listening");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail(path);
    }
    strcpy(address.sun_path, path);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || connect(server, (struct sockaddr *)&address, sizeof address) < 0) fail(path);
    return server;
}

/* Whether there may be more. */
static bool pass_on(int from, int to)
{
    static char buffer[buffer_bytes];
    ssize_t count = read(from, buffer, sizeof buffer);
    if (count <= 0) return count < 0 && errno == EINTR;
    for (ssize_t sent = 0; sent < count;) {
        ssize_t step = send(to, buffer + sent, (size_t)(count - sent), MSG_NOSIGNAL);
        if (step < 0 && errno != EINTR) return false;
        if (step > 0) sent += step;
    }
    return true;
}

static void serve(int client, int server)
{
    struct pollfd sockets[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
    bool goes_on = true;
    while (goes_on) {
        if (poll(sockets, 2, -1) < 0) {
            if (errno == EINTR) continue;
            fail("waiting");
        }
        if (sockets[0].revents) goes_on = pass_on(client, server);
        if (goes_on && sockets[1].revents) goes_on = pass_on(server, client);
    }
    close(client);
    close(server);
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: relay SOCKET\n");
        return 64;
    }
    int listener = listen_on_loopback();
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC), at_once = 1;
        if (client < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            fail("accepting");
        }
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        serve(client, connect_to(arguments[1]));
    }
}
