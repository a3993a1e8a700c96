#ifndef AGENTD_CLINUX_SHIM_H
#define AGENTD_CLINUX_SHIM_H

// Linux calls that Swift's Glibc module does not offer: signal-driven I/O for a thread, which sockets have something to
// say, and what malloc keeps.

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// From <asm-generic/fcntl.h>. The C library declares them only with _GNU_SOURCE, and a module that defines it would see
// other types in its headers than Swift's Glibc module does.
enum { AGENTD_F_SETOWN_EX = 15, AGENTD_F_OWNER_TID = 0 };
struct agentd_f_owner_ex {
    int type;
    pid_t pid;
};

/// Blocks SIGIO on the calling thread and returns a non-blocking signalfd that reads it, or -1 with errno.
static inline int agentd_sigio_descriptor(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    int failure = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (failure != 0) return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/// Makes the kernel send SIGIO to the calling thread, and to no other, whenever the socket becomes readable or writable.
static inline int agentd_signal_this_thread(int descriptor) {
    struct agentd_f_owner_ex owner = {.type = AGENTD_F_OWNER_TID, .pid = (pid_t)syscall(SYS_gettid)};
    if (fcntl(descriptor, AGENTD_F_SETOWN_EX, &owner) != 0) return -1;
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, flags | O_ASYNC);
}

/// A set of descriptors that can be asked which of them have something to say, or -1 with errno.
static inline int agentd_readiness_set(void) { return epoll_create1(EPOLL_CLOEXEC); }

/// Adds a descriptor to a set: it has something to say when it can be read, its peer has closed it, or it has failed.
static inline int agentd_readiness_add(int set, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

/// Whether it also has something to say when it can be written.
static inline int agentd_readiness_want_write(int set, int descriptor, bool wanted) {
    struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.fd = descriptor};
    return epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &event);
}

static inline int agentd_readiness_remove(int set, int descriptor) {
    return epoll_ctl(set, EPOLL_CTL_DEL, descriptor, NULL);
}

enum { AGENTD_READINESS_MAXIMUM = 64 };

/// Those that have something to say, without waiting.
static inline int agentd_readiness(int set, int *descriptors) {
    struct epoll_event events[AGENTD_READINESS_MAXIMUM];
    int count = epoll_wait(set, events, AGENTD_READINESS_MAXIMUM, 0);
    for (int index = 0; index < count; index++) descriptors[index] = events[index].data.fd;
    return count;
}

/// Bytes that malloc has got from the system and nobody uses.
static inline size_t agentd_unused_heap_bytes(void) { return mallinfo2().fordblks; }

/// Gives unused pages back to the system. What is allocated meanwhile waits.
static inline void agentd_trim_heap(void) { malloc_trim(0); }

#endif
