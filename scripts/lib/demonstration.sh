# shellcheck shell=bash
# Two tenants, three people, and what each of them may do: every call is shown as one types it, with its answer, and is
# checked. Needs messages.sh, jq and curl; `binaries` is the folder of agentctl, `daemon_address` and `admin_address`
# are where agentd listens, and `administrator_key` is the key of a system administrator.

# Variables are shared with scripts/run, which shellcheck does not follow from here.
# shellcheck disable=SC2034,SC2154

# What the demonstration leaves for the person who watched it.
demonstration_key=''

# demonstrate FILE: remembers in the file for whom it was done.
demonstrate() {
    local acme globex ada bob carol ada_key bob_key carol_key private_agent public_agent
    local olga olga_key laptop_key laptop_id

    chapter 'A system administrator creates two tenants, their users and an API key for each user'
    speak_as administrator "$administrator_key"
    create_tenant acme 'Acme Ltd' --feature custom_agents --feature agent_sharing --feature advanced_analytics \
        --max-agents 100 --admin-email olga@acme.example
    acme=$slug
    succeeds users list --tenant "$acme" --filter 'role = TENANT_ADMIN' --output json
    olga=$(field '.users[0].id')
    issue_key "$acme" "$olga"
    olga_key=$key
    create_tenant globex 'Globex Corporation' --admin-email admin@globex.example
    globex=$slug
    create_user "$acme" ada@acme.example Ada
    ada=$user_id
    create_user "$acme" bob@acme.example Bob
    bob=$user_id
    create_user "$globex" carol@globex.example Carol
    carol=$user_id
    issue_key "$acme" "$ada"
    ada_key=$key
    issue_key "$acme" "$bob"
    bob_key=$key
    issue_key "$globex" "$carol"
    carol_key=$key

    chapter 'Ada creates two agents; the second one is for all of Acme'
    speak_as ada "$ada_key"
    succeeds agents create --name 'Market notes' --type RESEARCH --prompt 'You collect news about our market.' \
        --output json
    private_agent=$(field .id)
    succeeds agents create --name 'Release writer' --type CUSTOM --prompt 'You write release notes.' --public \
        --description 'Turns commits into release notes' --output json
    public_agent=$(field .id)
    succeeds agents list
    expect_answer 'Market notes'
    expect_answer 'Release writer'

    chapter 'Bob, a colleague, sees the public one and may not change it; the private one does not exist for him'
    speak_as bob "$bob_key"
    succeeds whoami
    expect_answer bob@acme.example
    succeeds agents list-public
    expect_answer 'Release writer'
    succeeds agents get "$public_agent"
    expect_answer 'Release writer'
    is_refused PERMISSION_DENIED agents update "$public_agent" --name 'Mine now'
    is_refused PERMISSION_DENIED agents delete "$public_agent" --yes
    is_refused NOT_FOUND agents get "$private_agent"

    chapter 'Carol belongs to the other tenant: for her neither exists, public or not'
    speak_as carol "$carol_key"
    succeeds agents list-public
    expect_no_answer 'Release writer'
    is_refused NOT_FOUND agents get "$public_agent"
    is_refused NOT_FOUND agents get "$private_agent"
    is_refused NOT_FOUND agents update "$public_agent" --name 'Mine now'

    chapter 'Her tenant has not the feature custom_agents; agents of the other types are hers to make'
    is_refused FAILED_PRECONDITION agents create --name 'Own kind' --type CUSTOM --prompt 'You are special.'
    succeeds agents create --name 'Support desk' --type CUSTOMER_SERVICE --prompt 'You answer questions.'
    succeeds agents list
    expect_answer 'Support desk'

    chapter 'Ada changes her agent and deletes the other'
    speak_as ada "$ada_key"
    succeeds agents update "$public_agent" --name 'Release editor'
    succeeds agents get "$public_agent"
    expect_answer 'Release editor'
    succeeds agents delete "$private_agent" --yes
    succeeds agents list
    expect_no_answer 'Market notes'

    chapter 'Bob gets a second key for his laptop; the laptop is lost, and the key is revoked and refused at once'
    speak_as bob "$bob_key"
    succeeds tokens issue --name laptop --output json
    laptop_key=$(field .secret)
    laptop_id=$(field .token.id)
    speak_as laptop "$laptop_key"
    succeeds whoami
    speak_as olga "$olga_key"
    succeeds tokens list
    succeeds tokens revoke "$laptop_id" --yes
    speak_as laptop "$laptop_key"
    is_refused UNAUTHENTICATED whoami
    speak_as bob "$bob_key"
    is_refused PERMISSION_DENIED users list

    chapter 'Olga, who administers Acme, makes new agents active by default and looks at the whole'
    speak_as olga "$olga_key"
    succeeds settings set default_agent_status=ACTIVE
    succeeds settings list
    succeeds users list
    expect_answer bob@acme.example
    expect_no_answer carol@globex.example
    succeeds tenants stats
    succeeds audit list --limit 20
    expect_answer AgentService.CreateAgent
    expect_answer TokenService.RevokeToken
    expect_answer UserService.ListUsers

    chapter 'The same port speaks gRPC: here without any gRPC library, by curl'
    speak_as ada "$ada_key"
    grpc_call agentd.v1.AgentService/GetAgent "$(agent_id_message "$public_agent")"
    expect_answer 'grpc-status: 0'
    expect_answer 'Release editor'
    grpc_call agentd.v1.AgentService/GetAgent "$(agent_id_message "$private_agent")"
    expect_answer 'grpc-status: 5'
    expect_answer 'There is no agent with this id.'

    chapter 'The daemon is well, and says so to probes and to Prometheus'
    succeeds health
    fetch '/readyz?verbose'
    expect_answer '[+] isolation: proven'
    fetch /metrics 'grpc_server_handled_total.*GetAgent'
    expect_answer 'grpc_method="GetAgent",grpc_code="OK"'
    demonstration_key=$ada_key
    printf '%s %s\n' "$acme" "$ada" >"$1"
}

# was_demonstrated FILE: whether an earlier run got to its end, and Ada may still have a key. She gets one, and her
# agents are shown. The file has her tenant and her id; demonstrate writes it.
was_demonstrated() {
    local tenant ada
    [[ -f $1 ]] && read -r tenant ada <"$1" || return 1
    speak_as administrator "$administrator_key"
    call tokens issue --user-id "$ada" --name demo --tenant "$tenant" --output json
    if ((status != 0)); then
        note "The demonstration is done again: there is no key for the Ada of an earlier run, $answer"
        return 1
    fi
    chapter 'The tenants and agents of an earlier run are there; Ada gets a new key, since nobody keeps the old one'
    show
    demonstration_key=$(field .secret)
    speak_as ada "$demonstration_key"
    succeeds agents list
}

# ---- What is created; each sets a variable -------------------------------------------------------------------------

# create_tenant SLUG DISPLAY_NAME OPTION...: sets slug. Where an earlier run was interrupted, this one makes tenants of
# its own: acme-2, acme-3 ...
create_tenant() {
    local wanted=$1 display_name=$2 number
    shift 2
    slug=$wanted
    for ((number = 2; number < 1000; number++)); do
        call tenants create --slug "$slug" --display-name "$display_name" "$@" --output json
        [[ $answer == *ALREADY_EXISTS* && $status != 0 ]] || break
        slug=$wanted-$number
    done
    show
    expect_success
    [[ $(field .slug) == "$slug" ]] || refuse "a tenant with the slug $slug"
}

# create_user TENANT EMAIL DISPLAY_NAME: sets user_id.
create_user() {
    succeeds users create --email "$2" --display-name "$3" --tenant "$1" --output json
    user_id=$(field .id)
}

# issue_key TENANT USER: sets key.
issue_key() {
    succeeds tokens issue --user-id "$2" --name demo --tenant "$1" --output json
    key=$(field .secret)
}

# ---- By other protocols --------------------------------------------------------------------------------------------

# agent_id_message ID: GetAgentRequest in hexadecimal, field 1 with the id as a varint.
agent_id_message() {
    local rest=$1 bytes='08'
    while ((rest >= 128)); do
        bytes+=$(printf '%02x' $((rest & 127 | 128)))
        rest=$((rest >> 7))
    done
    printf '%s%02x' "$bytes" "$rest"
}

# grpc_call METHOD MESSAGE: the message is in hexadecimal. Shows the answer's headers and trailers, and what of its
# message is text.
grpc_call() {
    local method=$1 message=$2 body
    body=$(printf '%010x%s' $((${#message} / 2)) "$message")
    status=0
    answer=$(
        # shellcheck disable=SC2059 # the format is the bytes
        printf "$(sed -E 's/(..)/\\x\1/g' <<<"$body")" |
            curl --silent --show-error --max-time 10 --http2-prior-knowledge --include \
                --header 'content-type: application/grpc' --header 'te: trailers' \
                --header @<(printf 'authorization: Bearer %s\n' "$speaker_key") --data-binary @- \
                "http://$daemon_address/$method" 2>&1 | tr -d '\r' | tr -c '[:print:]\n' '.' |
            sed -E 's/(.)(grpc-status: )/\1\n\2/'
    ) || status=$?
    printf '\n[%s] $ curl --http2-prior-knowledge ... http://%s/%s\n%s\n' \
        "$speaker" "$daemon_address" "$method" "$answer"
    expect_success
}

# fetch PATH [PATTERN]: of the administrative server; the lines that match.
fetch() {
    status=0
    answer=$(curl --silent --show-error --fail --max-time 10 "http://$admin_address$1" | grep -E "${2:-}") || status=$?
    printf '\n$ curl http://%s%s\n%s\n' "$admin_address" "$1" "$answer"
    expect_success
}

# ---- Calls ---------------------------------------------------------------------------------------------------------

# speak_as NAME KEY: who makes the calls that follow.
speak_as() {
    speaker=$1
    speaker_key=$2
}

chapter() { printf '\n--- %s\n' "$1"; }

# call ARGUMENT...: sets command, answer and status.
call() {
    command=("$@")
    status=0
    answer=$(AGENTD_ADDRESS=$daemon_address AGENTD_TOKEN=$speaker_key "$binaries/agentctl" "$@" 2>&1) || status=$?
}

# Keys are secrets even here: the first characters say which one it is.
show() {
    local argument line=''
    for argument in "${command[@]}"; do
        [[ $argument =~ ^[A-Za-z0-9_.,:/@=-]+$ ]] || argument="'$argument'"
        line+=" $argument"
    done
    printf '\n[%s] $ agentctl%s\n%s\n' "$speaker" "$line" "$answer" |
        sed -E 's/(agd_[A-Za-z0-9]{4})[A-Za-z0-9_-]+/\1.../g'
}

succeeds() {
    call "$@"
    show
    expect_success
}

# is_refused CODE ARGUMENT...
is_refused() {
    local code=$1
    shift
    call "$@"
    show
    ((status != 0)) || refuse "an exit code other than 0, because of $code"
    expect_answer "$code"
}

expect_success() { ((status == 0)) || refuse 'a success'; }

expect_answer() { [[ $answer == *"$1"* ]] || refuse "an answer with: $1"; }

expect_no_answer() { [[ $answer != *"$1"* ]] || refuse "an answer without: $1"; }

# field PATH: of the last answer, which is JSON. Numbers of 64 bits may be strings there.
field() {
    jq --raw-output --exit-status "$1" <<<"$answer" 2>/dev/null || refuse "JSON with the field $1"
}

refuse() { die "the demonstration expected $1; exit code $status and the answer above came instead"; }
