/* Settings become a policy, a thread that sends heads, and a witness. */
#include "app/heads.h"

#include "api/throttle.h"
#include "app/files.h"
#include "ledger/timestamp.h"
#include "ledger/witness.h"

enum { LOGIN_MOST = 4096, QUESTIONS_A_MINUTE = 600 };

enum result heads_policy(struct program *program, struct str path, struct policy **policy)
{
    struct ctx *ctx = &program->ctx;
    struct str text;
    *policy = NULL;
    if (!path.len) return OK;
    TRY(file_read(ctx, path, POLICY_FILE_MOST, &text));
    if (policy_parse(ctx, text, policy) == OK) return OK;
    struct str why = ctx->error.sentence;
    return fail(ctx, INVALID, "%.*s: %.*s", PRINT(path), PRINT(why));
}

enum result heads_trusted(struct program *program, struct str policy_path, const struct policy **policy,
                          const char **timestamp_ca)
{
    const struct settings *settings = &program->settings;
    struct str ca = settings->value[SET_TIMESTAMP_CA];
    struct policy *read;
    TRY(heads_policy(program, policy_path.len ? policy_path : settings->value[SET_WITNESS_POLICY], &read));
    *policy = read;
    *timestamp_ca = ca.len ? arena_cstr(program->arena, ca) : NULL;
    return ca.len ? timestamp_check_ca(&program->ctx, *timestamp_ca) : OK;
}

static bool is_line(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)line.at[i] < ' ') return false;
    return str_is_utf8(line);
}

static enum result read_login(struct program *program, struct announce_config *config)
{
    struct str path = program->settings.value[SET_MAIL_LOGIN], text;
    if (!path.len) return OK;
    TRY(file_read(&program->ctx, path, LOGIN_MOST, &text));
    bool both = str_cut(&text, '\n', &config->mail_user) && str_cut(&text, '\n', &config->mail_secret);
    config->mail_user = str_trim(config->mail_user), config->mail_secret = str_trim(config->mail_secret);
    both = both && is_line(config->mail_user) && is_line(config->mail_secret);
    if (both && config->mail_user.len && config->mail_secret.len) return OK;
    return fail(&program->ctx, INVALID, "%.*s needs two lines: the name and the password at the mail server.",
                PRINT(path));
}

static enum result open_announce(struct program *program, struct api *api, struct heads *heads)
{
    const struct settings *settings = &program->settings;
    struct policy *policy;
    struct announce_config config = {.store = program->store,
                                     .signer = program->signer,
                                     .time = program->time,
                                     .every_seconds = setting_number(settings, SET_WITNESS_EVERY),
                                     .slow_minutes = setting_number(settings, SET_PUBLISH_EVERY),
                                     .file = settings->value[SET_PUBLISH_FILE],
                                     .events = program->events,
                                     .mail_to = settings->value[SET_PUBLISH_MAIL],
                                     .mail_from = settings->value[SET_MAIL_FROM],
                                     .mail_server = settings->value[SET_MAIL_SERVER],
                                     .timestamp_url = settings->value[SET_TIMESTAMP_URL],
                                     .timestamp_ca = settings->value[SET_TIMESTAMP_CA]};
    TRY(heads_policy(program, settings->value[SET_WITNESS_POLICY], &policy));
    config.policy = api->policy = policy;
    api->channels = (struct head_channels){
        .file = config.file.len, .mail = config.mail_to.len, .timestamp = config.timestamp_url.len};
    TRY(read_login(program, &config));
    return announce_open(&program->ctx, &config, &heads->announce);
}

struct opening_witness {
    struct program *program;
    const struct policy *logs;
    struct witness **witness;
};

static enum result open_in_write(struct ctx *ctx, void *arg)
{
    const struct opening_witness *opening = arg;
    return witness_open(ctx, opening->program->keyring, opening->logs, opening->witness);
}

static enum result open_witness(struct program *program, struct api *api, struct heads *heads)
{
    struct ctx *ctx = &program->ctx;
    struct policy *logs;
    struct opening_witness opening = {.program = program, .witness = &heads->witness};
    TRY(heads_policy(program, program->settings.value[SET_WITNESS_LOGS], &logs));
    if (!logs) return OK;
    if (!logs->log_count)
        return fail(ctx, INVALID,
                    "%.*s names no log: --witness-logs needs a line \"log KEY\" for each that is witnessed.",
                    PRINT(program->settings.value[SET_WITNESS_LOGS]));
    opening.logs = logs;
    TRY(store_write(ctx, program->store, open_in_write, &opening));
    TRY(throttle_new(ctx, QUESTIONS_A_MINUTE, &heads->throttle));
    api->witness = heads->witness;
    api->throttle = heads->throttle;
    return OK;
}

enum result heads_open(struct program *program, struct api *api, struct heads *heads)
{
    *heads = (struct heads){0};
    TRY(open_witness(program, api, heads));
    return open_announce(program, api, heads);
}

void heads_quiet(struct heads *heads)
{
    announce_close(heads->announce);
    heads->announce = NULL;
}

void heads_close(struct heads *heads)
{
    heads_quiet(heads);
    witness_close(heads->witness);
    throttle_free(heads->throttle);
    *heads = (struct heads){0};
}
