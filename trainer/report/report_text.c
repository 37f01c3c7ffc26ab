/*
 * The report's style sheet, report.css, and small pieces of HTML.
 * No figure is known here.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report.h"


static const char  report_css[] =
#include "report_css.h"
;


void
train_report_style(FILE *f)
{
    (void) fprintf(f, "<style>\n%s</style>\n", report_css);
}


static void
report_text(FILE *f, const char *s)
{
    const char                *at;
    static const char          special[] = "&<>\"'";
    static const char  *const  entity[] = {
        "&amp;", "&lt;", "&gt;", "&quot;", "&#39;"
    };

    for ( /* void */ ; *s != '\0'; s++) {
        at = strchr(special, *s);

        if (at != NULL) {
            (void) fputs(entity[at - special], f);
        } else {
            (void) fputc(*s, f);
        }
    }
}


void
train_report_print(FILE *f, const char *fmt, ...)
{
    char     one[16];
    size_t   n;
    va_list  args;

    va_start(args, fmt);

    for ( /* void */ ; *fmt != '\0'; fmt += n) {
        n = strcspn(fmt, "%");

        if (n > 0) {
            (void) fwrite(fmt, 1, n, f);
            continue;
        }

        n = 1 + strcspn(fmt + 1, "%sufg") + 1;
        (void) snprintf(one, sizeof(one), "%.*s", (int) n, fmt);

        switch (fmt[n - 1]) {

        case '%':
            (void) fputc('%', f);
            break;

        case 's':
            report_text(f, va_arg(args, const char *));
            break;

        case 'u':
            (void) fprintf(f, one, va_arg(args, size_t));
            break;

        default:
            (void) fprintf(f, one, va_arg(args, double));
        }
    }

    va_end(args);
}


void
train_report_open(FILE *f, const char *title, const char *sentence, int wide)
{
    train_report_print(f, "<section class=\"card%s\"><h2>%s</h2>\n",
                       wide ? " wide" : "", title);

    if (sentence != NULL) {
        train_report_print(f, "<p>%s</p>\n", sentence);
    }
}


void
train_report_close(FILE *f)
{
    (void) fputs("</section>\n", f);
}
