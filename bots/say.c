/*
 * Prints the figures of a day: for people, and as JSON for the page.
 * Works nothing out.
 */

#include "bots.h"
#include "judge.h"


static double
bots_percent(size_t part, size_t all)
{
    return all ? 100.0 * (double) part / (double) all : 0;
}


void
bots_say(const bots_log_t *l, const bots_verdict_t *v)
{
    size_t  k, n;

    (void) printf("\n%s\n  %-10s %9s %9s %9s %9s %9s\n", l->name, "visitors",
                  "requests", "flagged", "refused", "slowed", "reached");

    for (k = 0; k < bots_n_kinds; k++) {
        n = v->requests[k];

        if (n == 0) {
            continue;
        }

        (void) printf("%c %-10s %9zu %8.2f%% %8.2f%% %8.2f%% %8.2f%%\n",
                      bots_kinds[k].bad ? '-' : '+', bots_kinds[k].name, n,
                      bots_percent(v->flagged[k], n),
                      bots_percent(v->denied[k], n),
                      bots_percent(v->slowed[k], n),
                      bots_percent(v->reached[k], n));
    }

    (void) printf("  caught at 1 %% false alarms: %.2f %% of requests, %.2f %% "
                  "of clients;\n  by the best rule on a rate (%s %s %g): "
                  "%.2f %%\n",
                  100 * v->request.caught, 100 * v->client.caught,
                  v->rate_name ? v->rate_name : "none",
                  v->rate_below ? "<" : ">", v->rate.bound,
                  100 * v->rate.caught);
    (void) printf("  of %zu welcome clients %zu were refused or slowed at least"
                  " once\n", v->people, v->hurt);

    if (l->unknown) {
        (void) printf("  %zu requests of nobody that the truth knows\n",
                      l->unknown);
    }
}


static void
bots_json_counts(FILE *f, const char *name, const size_t *n, size_t count)
{
    size_t  i;

    (void) fprintf(f, ",\"%s\":[", name);

    for (i = 0; i < count; i++) {
        (void) fprintf(f, "%s%zu", i ? "," : "", n[i]);
    }

    (void) fputc(']', f);
}


void
bots_say_json(FILE *f, const bots_log_t *l, const bots_verdict_t *v)
{
    size_t  k;

    (void) fprintf(f, "{\"name\":\"%s\",\"kinds\":[", l->name);

    for (k = 0; k < bots_n_kinds; k++) {
        (void) fprintf(f, "%s{\"name\":\"%s\",\"bad\":%u}", k ? "," : "",
                       bots_kinds[k].name, bots_kinds[k].bad);
    }

    (void) fputc(']', f);
    bots_json_counts(f, "requests", v->requests, bots_n_kinds);
    bots_json_counts(f, "flagged", v->flagged, bots_n_kinds);
    bots_json_counts(f, "refused", v->denied, bots_n_kinds);
    bots_json_counts(f, "slowed", v->slowed, bots_n_kinds);
    bots_json_counts(f, "reached", v->reached, bots_n_kinds);
    bots_json_counts(f, "fine_bars", v->bars[0], BOTS_BARS);
    bots_json_counts(f, "bad_bars", v->bars[1], BOTS_BARS);
    (void) fprintf(f, ",\"caught\":%.6f,\"bound\":%.6f,\"clients_caught\":%.6f"
                   ",\"rate\":\"%s\",\"rate_below\":%u,\"rate_bound\":%g,"
                   "\"rate_caught\":%.6f,\"people\":%zu,\"hurt\":%zu,"
                   "\"unknown\":%zu}",
                   v->request.caught, v->request.bound, v->client.caught,
                   v->rate_name ? v->rate_name : "", v->rate_below,
                   v->rate.bound, v->rate.caught, v->people, v->hurt,
                   l->unknown);
}
