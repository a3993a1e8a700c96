#ifndef AGENTD_CLINUX_SHIM_H
#define AGENTD_CLINUX_SHIM_H

// Linux calls that Swift's Glibc module does not offer: signal-driven I/O for a thread, and whether a socket has something
// to say.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
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

/// Whether a read would not wait: there are bytes, the peer has closed the connection, or it has failed.
static inline bool agentd_is_readable(int descriptor) {
    char byte;
    ssize_t count = recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

#endif
