/*
 * What the sockets of many clients cost a server that does nothing else: it reads questions as long as those of
 * GetAgent and answers each with as many bytes as an agent takes, with one read and one write a connection whenever
 * epoll names it. A second process asks, with so many questions in flight over all connections; each answer brings the
 * next question, on the next connection. scripts/bench --growth compiles and runs it.
 *
 *     sockets CONNECTIONS IN_FLIGHT SECONDS
 *
 * It prints one JSON object: answers a second, and the processor time that the server took for each, in microseconds;
 * that it accepts and closes connections is in it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    question_bytes = 180,
    answer_bytes = 560,
    maximum_connections = 4096,
    /* So few that they fit into the buffers of one connection: whoever sends waits until there is room. */
    maximum_in_flight = 256,
    /* As much as agentd reads at once. */
    read_bytes = 8192,
    events_at_once = 256,
    backlog = 4096,
    /* How long the other side may be silent. */
    patience_milliseconds = 10000
};

struct connection {
    int descriptor;
    /* Bytes of a message that has not come whole, and messages that are to be sent. */
    long partial, to_send;
};

static struct connection connections[maximum_connections];
static long connected;
static char messages[maximum_in_flight * answer_bytes];

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "sockets: %s: %s\n", what, why);
    exit(1);
}

static void fail(const char *what)
{
    stop(what, strerror(errno));
}

static int64_t now_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void add(int selector, int descriptor)
{
    int at_once = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)connected};
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    if (connected == maximum_connections || epoll_ctl(selector, EPOLL_CTL_ADD, descriptor, &event) < 0)
        fail("watching a connection");
    connections[connected++] = (struct connection){.descriptor = descriptor};
}

/* How many messages have come whole; -1 at the end of the connection. */
static long receive(struct connection *from, long message_bytes)
{
    static char buffer[read_bytes];
    ssize_t count = read(from->descriptor, buffer, sizeof buffer);
    if (count < 0) fail("reading");
    if (count == 0) return -1;
    long bytes = from->partial + count;
    from->partial = bytes % message_bytes;
    return bytes / message_bytes;
}

static void transmit(struct connection *to, long message_bytes)
{
    size_t left = (size_t)(to->to_send * message_bytes);
    to->to_send = 0;
    while (left > 0) {
        ssize_t sent = send(to->descriptor, messages, left, MSG_NOSIGNAL);
        if (sent < 0) fail("sending");
        left -= (size_t)sent;
    }
}

static int wait_for(int selector, struct epoll_event *events)
{
    int count;
    do count = epoll_wait(selector, events, events_at_once, patience_milliseconds);
    while (count < 0 && errno == EINTR);
    if (count == 0) errno = ETIMEDOUT;
    if (count <= 0) fail("waiting");
    return count;
}

/* Until the last client has gone. */
static void serve(int listener, long expected)
{
    static struct epoll_event events[events_at_once];
    int selector = epoll_create1(EPOLL_CLOEXEC);
    while (connected < expected) {
        int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (descriptor < 0) fail("accepting");
        add(selector, descriptor);
    }
    for (long open = expected; open > 0;) {
        int count = wait_for(selector, events);
        for (int index = 0; index < count; index++) {
            struct connection *connection = &connections[events[index].data.u64];
            connection->to_send = receive(connection, question_bytes);
            if (connection->to_send < 0) {
                close(connection->descriptor);
                open--;
            } else {
                transmit(connection, answer_bytes);
            }
        }
    }
}

static struct sockaddr_in listen_on_loopback(int *listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    *listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*listener < 0 || bind(*listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(*listener, backlog) < 0 || getsockname(*listener, (struct sockaddr *)&address, &length) < 0)
        fail("listening");
    return address;
}

/* Questions that are due go out together, with one write a connection. */
static void send_due(long *due, long *next)
{
    static long touched[maximum_in_flight];
    long count = 0;
    for (; *due > 0; --*due) {
        if (connections[*next].to_send++ == 0) touched[count++] = *next;
        *next = (*next + 1) % connected;
    }
    for (long index = 0; index < count; index++) transmit(&connections[touched[index]], question_bytes);
}

static uint64_t ask(struct sockaddr_in address, long wanted, long in_flight, double seconds)
{
    static struct epoll_event events[events_at_once];
    int selector = epoll_create1(EPOLL_CLOEXEC);
    for (long index = 0; index < wanted; index++) {
        int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0)
            fail("connecting");
        add(selector, descriptor);
    }
    uint64_t answers = 0;
    long due = in_flight, next = 0;
    int64_t end = now_nanoseconds() + (int64_t)(seconds * 1e9);
    /* What has been asked is still answered. */
    for (;;) {
        if (now_nanoseconds() < end) send_due(&due, &next);
        /* What was asked is still answered. */
        if (due == in_flight) return answers;
        int count = wait_for(selector, events);
        for (int index = 0; index < count; index++) {
            long come = receive(&connections[events[index].data.u64], answer_bytes);
            if (come < 0) stop("reading", "the server has gone");
            due += come;
            answers += (uint64_t)come;
        }
    }
}

int main(int count, char **arguments)
{
    long wanted = count == 4 ? strtol(arguments[1], NULL, 10) : 0;
    long in_flight = count == 4 ? strtol(arguments[2], NULL, 10) : 0;
    double seconds = count == 4 ? strtod(arguments[3], NULL) : 0;
    if (wanted < 1 || wanted > maximum_connections || in_flight < 1 || in_flight > maximum_in_flight || seconds <= 0) {
        fprintf(stderr, "usage: sockets CONNECTIONS IN_FLIGHT SECONDS\n");
        return 64;
    }
    int listener, status;
    struct rusage usage;
    struct sockaddr_in address = listen_on_loopback(&listener);
    pid_t parent = getpid(), server = fork();
    if (server < 0) fail("fork");
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) serve(listener, wanted);
        return 0;
    }
    uint64_t answers = ask(address, wanted, in_flight, seconds);
    for (long index = 0; index < connected; index++) close(connections[index].descriptor);
    if (wait4(server, &status, 0, &usage) < 0) fail("waiting for the server");
    if (status != 0) stop("waiting for the server", "it failed");
    double processor = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
                       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    printf("{\"calls_per_second\": %.1f, \"server_microseconds\": %.3f}\n", (double)answers / seconds,
           processor / (double)(answers ? answers : 1));
    return 0;
}
