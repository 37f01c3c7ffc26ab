/*
 * What attacks find out of who was in the training data, as a card.
 * Not here: the attacks (cmd/cmd_audit.c), their figures (judge/attack.c).
 */

#include <math.h>

#include "report.h"


static void
audit_cell(FILE *f, const train_interval_t *v, double unit, const char *form)
{
    if (isnan(v->value)) {
        (void) fputs("<td>too few rows</td>", f);
        return;
    }

    (void) fputs("<td>", f);
    (void) fprintf(f, form, unit * v->value);
    (void) fputs(" (", f);
    (void) fprintf(f, form, unit * v->low);
    (void) fputs(" to ", f);
    (void) fprintf(f, form, unit * v->high);
    (void) fputs(")</td>", f);
}


static void
audit_row(FILE *f, const char *name, const train_attack_t *a)
{
    size_t  k;

    (void) fprintf(f, "<tr><td>%s</td>", name);
    audit_cell(f, &a->auc, 1, "%.4f");

    for (k = 0; k < TRAIN_ATTACK_RATES; k++) {
        audit_cell(f, &a->tpr[k], 100, "%.2f");
    }

    (void) fputs("</tr>\n", f);
}


void
train_report_audit(FILE *f, const train_report_t *r)
{
    size_t                  k;
    const train_audited_t  *a;

    a = r->audited;

    if (a == NULL) {
        return;
    }

    train_report_open(f, "Who was in the training data",
                      "What attacks on the model find out: an AUC of 0.5 is "
                      "guessing. Others may know better attacks.", 1);
    train_report_print(f, "<p>%zu rows that it was trained on, %zu others, "
                       "%zu shadow models. In parentheses: 95 %% "
                       "intervals.</p>\n", a->members, a->others, a->shadows);
    (void) fputs("<table><tr><th></th><th>AUC</th>", f);

    for (k = 0; k < TRAIN_ATTACK_RATES; k++) {
        train_report_print(f, "<th>%% found at %g %% false alarms</th>",
                           100 * train_attack_rates[k]);
    }

    (void) fputs("</tr>\n", f);
    audit_row(f, "loss", a->loss);

    if (a->shadow != NULL) {
        audit_row(f, "shadows", a->shadow);
    }

    if (!isnan(a->epsilon)) {
        train_report_print(f, "<tr><td>at most, by epsilon %g</td><td></td>",
                           a->epsilon);

        for (k = 0; k < TRAIN_ATTACK_RATES; k++) {
            (void) fprintf(f, "<td>%.2f</td>", 100 * a->most[k]);
        }

        (void) fputs("</tr>\n", f);
    }

    (void) fputs("</table>\n", f);
    train_report_close(f);
}
