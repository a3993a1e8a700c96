/*
 * What one client thread gets out of PostgreSQL: agents of random tenants are read under row-level security by two
 * prepared statements, set_config and SELECT, over a few connections in libpq's pipeline mode. No server is in
 * between, and nothing is done with what is read beyond counting it. scripts/bench compiles and runs it against the
 * database that benchmark.sql fills.
 *
 *     raw_limit --database CONNINFO --tenants N --agents N [--connections N] [--depth N] [--batch N] [--record 0|1]
 *               [--duration SECONDS] [--warm-up SECONDS]
 *
 * --depth is the number of reads in flight on each connection, and --batch how many of them share one Sync, that is one
 * transaction and one send. With --record 1 it asks as agentd does: an agent comes as one value instead of its columns,
 * each of which PostgreSQL would describe, and one statement sets the tenant and reads the agent. It prints one JSON
 * object; p50_microseconds is that of one read, and null unless there is just one in flight.
 */
#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    maximum_connections = 64,
    /* Tenants are numbered with six digits, with which their UUIDs end, and which are also their only user's id. */
    first_tenant = 100000,
    uuid_text_length = 36,
    columns_of_an_agent = 15,
    /* Latencies are counted in classes of 0.1 microseconds, up to 10 milliseconds. */
    latency_classes = 100000,
    nanoseconds_of_a_class = 100,
    /* How long PostgreSQL may be silent. */
    patience_milliseconds = 10000
};

struct options {
    const char *database;
    long tenants, agents, connections, depth, batch, record;
    double duration, warm_up;
};

struct connection {
    PGconn *handle;
    long in_flight, results_of_this_sync;
    int64_t sent_nanoseconds;
    bool has_more_to_send;
};

static struct options options = {NULL, 0, 0, 2, 32, 1, 0, 5, 1};
static struct connection connections[maximum_connections];
static uint32_t latencies[latency_classes];
static uint64_t reads, random_state = 88172645463325252u;

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "raw_limit: %s: %s\n", what, detail);
    exit(1);
}

static int64_t now_nanoseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* xorshift64, by G. Marsaglia. */
static uint64_t random_below(uint64_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % bound;
}

static void big_endian(char bytes[8], uint64_t number)
{
    for (int byte = 7; byte >= 0; byte--, number >>= 8) bytes[byte] = (char)number;
}

/* ---- Options ---------------------------------------------------------------------------------------------------- */

static double number_option(const char *name, const char *text, double least, double most)
{
    char *end;
    double number = strtod(text, &end);
    if (*text == 0 || *end != 0 || number < least || number > most) fail(name, "the value is out of range");
    return number;
}

static void read_options(int count, char **arguments)
{
    for (int index = 1; index + 1 < count; index += 2) {
        const char *name = arguments[index], *text = arguments[index + 1];
        if (!strcmp(name, "--database")) options.database = text;
        else if (!strcmp(name, "--tenants")) options.tenants = (long)number_option(name, text, 1, 899999);
        else if (!strcmp(name, "--agents")) options.agents = (long)number_option(name, text, 1, 1e9);
        else if (!strcmp(name, "--connections"))
            options.connections = (long)number_option(name, text, 1, maximum_connections);
        else if (!strcmp(name, "--depth")) options.depth = (long)number_option(name, text, 1, 4096);
        else if (!strcmp(name, "--batch")) options.batch = (long)number_option(name, text, 1, 4096);
        else if (!strcmp(name, "--record")) options.record = (long)number_option(name, text, 0, 1);
        else if (!strcmp(name, "--duration")) options.duration = number_option(name, text, 0.1, 86400);
        else if (!strcmp(name, "--warm-up")) options.warm_up = number_option(name, text, 0, 86400);
        else fail(name, "no such option");
    }
    if (count % 2 == 0) fail(arguments[count - 1], "an option without a value");
    if (!options.database || !options.tenants || !options.agents)
        fail("usage", "--database, --tenants and --agents are needed");
    if (options.batch > options.depth) fail("--batch", "it must not be more than --depth");
}

/* ---- Connections ------------------------------------------------------------------------------------------------ */

static void prepare(PGconn *handle, const char *name, const char *text)
{
    PGresult *result = PQprepare(handle, name, text, 0, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) fail(name, PQerrorMessage(handle));
    PQclear(result);
}

static void require_row_level_security(PGconn *handle)
{
    PGresult *result = PQexec(handle, "SELECT row_security_active('agents')");
    if (PQresultStatus(result) != PGRES_TUPLES_OK) fail("row-level security", PQerrorMessage(handle));
    if (strcmp(PQgetvalue(result, 0, 0), "t") != 0) fail("row-level security", "this user passes it");
    PQclear(result);
}

#define COLUMNS \
    "a.id, a.tenant_id, a.owner_id, a.name, a.description, a.agent_type, a.status, a.system_prompt, a.config, " \
    "a.is_public, a.is_active, a.create_time, a.update_time, a.delete_time, a.revision "
#define FROM_AGENTS \
    "FROM agents AS a WHERE a.tenant_id = $1::uuid AND a.id = $2::bigint AND a.is_active " \
    "AND (a.owner_id = $3::bigint OR a.is_public) "
#define SET_TENANT(parameter) "set_config('app.current_tenant_id', " parameter ", true)"

static void connect_to(struct connection *connection)
{
    PGconn *handle = PQconnectdb(options.database);
    if (PQstatus(handle) != CONNECTION_OK) fail("connecting", PQerrorMessage(handle));
    require_row_level_security(handle);
    if (!options.record) prepare(handle, "set_tenant", "SELECT " SET_TENANT("$1"));
    prepare(handle, "get_agent", options.record
        ? "SELECT * FROM (SELECT a " FROM_AGENTS ") AS found OFFSET (" SET_TENANT("$4") " IS NULL)::int"
        : "SELECT " COLUMNS FROM_AGENTS);
    if (PQsetnonblocking(handle, 1) != 0 || PQenterPipelineMode(handle) != 1)
        fail("pipeline mode", PQerrorMessage(handle));
    connection->handle = handle;
}

/* ---- Reads ------------------------------------------------------------------------------------------------------ */

/* One read of a random agent of a random tenant, numbered as in benchmark.sql. */
static void send_read(PGconn *handle)
{
    uint64_t tenant = random_below((uint64_t)options.tenants);
    uint32_t number = first_tenant + (uint32_t)tenant;
    char text[uuid_text_length + 8], uuid[16] = {0, 0, 0, 0, 0, 0, 0x40, 0, (char)0x80}, id[8], owner[8];
    snprintf(text, sizeof text, "00000000-0000-4000-8000-000000%" PRIu32, number);
    /* The last three bytes are the digits. */
    for (int byte = 15; byte >= 13; byte--, number /= 100)
        uuid[byte] = (char)(number / 10 % 10 << 4 | number % 10);
    big_endian(id, tenant * (uint64_t)options.agents + 1 + random_below((uint64_t)options.agents));
    big_endian(owner, first_tenant + tenant);

    const char *setting[] = {text}, *values[] = {uuid, id, owner, text};
    const int setting_lengths[] = {uuid_text_length}, lengths[] = {16, 8, 8, uuid_text_length};
    const int text_format[] = {0}, formats[] = {1, 1, 1, 0};
    if (!options.record &&
        PQsendQueryPrepared(handle, "set_tenant", 1, setting, setting_lengths, text_format, 1) != 1)
        fail("sending", PQerrorMessage(handle));
    if (PQsendQueryPrepared(handle, "get_agent", options.record ? 4 : 3, values, lengths, formats, 1) != 1)
        fail("sending", PQerrorMessage(handle));
}

static void fill(struct connection *connection)
{
    while (connection->in_flight + options.batch <= options.depth) {
        connection->sent_nanoseconds = now_nanoseconds();
        for (long read = 0; read < options.batch; read++) send_read(connection->handle);
        /* libpq 15 also flushes here. */
        if (PQpipelineSync(connection->handle) != 1) fail("sending", PQerrorMessage(connection->handle));
        connection->in_flight += options.batch;
    }
    int outcome = PQflush(connection->handle);
    if (outcome < 0) fail("sending", PQerrorMessage(connection->handle));
    connection->has_more_to_send = outcome == 1;
}

static void check_result(struct connection *connection, const PGresult *result)
{
    if (PQresultStatus(result) != PGRES_TUPLES_OK) fail("reading", PQresultErrorMessage(result));
    /* Unless one statement does both, the result of set_config comes before that of SELECT. */
    bool is_agent = options.record || connection->results_of_this_sync++ % 2 == 1;
    if (is_agent && (PQntuples(result) != 1 || PQnfields(result) != (options.record ? 1 : columns_of_an_agent)))
        fail("reading", "an agent was not found");
}

static void finish_sync(struct connection *connection)
{
    connection->results_of_this_sync = 0;
    connection->in_flight -= options.batch;
    reads += (uint64_t)options.batch;
    int64_t class = (now_nanoseconds() - connection->sent_nanoseconds) / nanoseconds_of_a_class;
    latencies[class < latency_classes ? class : latency_classes - 1]++;
}

static void receive(struct connection *connection)
{
    if (PQconsumeInput(connection->handle) != 1) fail("reading", PQerrorMessage(connection->handle));
    while (connection->in_flight > 0 && !PQisBusy(connection->handle)) {
        PGresult *result = PQgetResult(connection->handle);
        /* Between the results of two statements. */
        if (!result) continue;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) finish_sync(connection);
        else check_result(connection, result);
        PQclear(result);
    }
}

static void read_for(double seconds)
{
    int64_t end = now_nanoseconds() + (int64_t)(seconds * 1e9);
    struct pollfd sockets[maximum_connections];
    while (now_nanoseconds() < end) {
        for (long index = 0; index < options.connections; index++) {
            fill(&connections[index]);
            sockets[index].fd = PQsocket(connections[index].handle);
            sockets[index].events = (short)(POLLIN | (connections[index].has_more_to_send ? POLLOUT : 0));
        }
        int ready = poll(sockets, (nfds_t)options.connections, patience_milliseconds);
        if (ready < 0 && errno != EINTR) fail("waiting", strerror(errno));
        if (ready == 0) fail("waiting", "PostgreSQL does not answer");
        for (long index = 0; index < options.connections; index++)
            if (ready > 0 && sockets[index].revents) receive(&connections[index]);
    }
}

static double median_microseconds(void)
{
    uint64_t all = 0, seen = 0;
    for (int class = 0; class < latency_classes; class++) all += latencies[class];
    for (int class = 0; class < latency_classes; class++) {
        seen += latencies[class];
        if (seen * 2 >= all) return (class + 0.5) * nanoseconds_of_a_class / 1000;
    }
    return 0;
}

int main(int count, char **arguments)
{
    read_options(count, arguments);
    for (long index = 0; index < options.connections; index++) connect_to(&connections[index]);
    if (options.warm_up > 0) read_for(options.warm_up);

    reads = 0;
    memset(latencies, 0, sizeof latencies);
    int64_t start = now_nanoseconds();
    read_for(options.duration);
    double seconds = (double)(now_nanoseconds() - start) / 1e9;

    bool one_in_flight = options.connections == 1 && options.depth == 1;
    printf("{\"calls\": %llu, \"calls_per_second\": %.1f, \"p50_microseconds\": ", (unsigned long long)reads,
        (double)reads / seconds);
    if (one_in_flight) printf("%.2f}\n", median_microseconds());
    else printf("null}\n");
    for (long index = 0; index < options.connections; index++) PQfinish(connections[index].handle);
    return 0;
}
