#ifndef AGENTD_CPROTOBUFC_SHIM_H
#define AGENTD_CPROTOBUFC_SHIM_H

#include <protobuf-c/protobuf-c.h>

#endif
