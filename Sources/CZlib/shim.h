#ifndef AGENTD_CZLIB_SHIM_H
#define AGENTD_CZLIB_SHIM_H

#include <zlib.h>

#endif
