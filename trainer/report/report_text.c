/*
 * The report's style sheet and small pieces of HTML.
 * No figure is known here.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report.h"


static const char  report_css[] =
    ":root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b1f24;"
    "--soft:#5d6878;--line:#e3e6eb;--a:#2458d3;--b:#d4570c;--good:36 88 211;"
    "--bad:212 60 20}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#121519;--card:#1a1e24;"
    "--ink:#e8eaee;--soft:#9aa5b5;--line:#2d333d;--a:#7da2ff;--b:#ff9a57;"
    "--good:74 116 240;--bad:226 100 60}}\n"
    "@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;"
    "--ink:#1b1f24;--soft:#5d6878;--line:#d5d9e0;--a:#2458d3;--b:#d4570c;"
    "--good:36 88 211;--bad:212 60 20}\n"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "body{padding:0}.card,.tile{break-inside:avoid}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:1120px;padding:28px 20px;background:"
    "var(--bg);color:var(--ink);font:15px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:26px;margin:0}h2{font-size:16px;margin:0 0 2px}"
    "h3{font-size:13px;margin:12px 0 2px}\n"
    "p{margin:0 0 10px;color:var(--soft);font-size:13.5px}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fill,"
    "minmax(135px,1fr));gap:12px;margin:18px 0}\n"
    ".tile,.card{background:var(--card);border:1px solid var(--line);"
    "border-radius:10px}\n"
    ".tile{padding:10px 14px}.tile b{display:block;font-size:23px;"
    "font-weight:600;font-variant-numeric:tabular-nums}\n"
    ".tile span{color:var(--soft);font-size:12.5px}\n"
    ".cards{display:grid;grid-template-columns:repeat(auto-fill,"
    "minmax(min(100%,420px),1fr));gap:16px}\n"
    ".three{display:grid;grid-template-columns:repeat(auto-fill,"
    "minmax(min(100%,280px),1fr));gap:16px}.three svg{font-size:16px}\n"
    ".card{padding:16px 18px;overflow-x:auto;min-width:0}"
    ".wide{grid-column:1/-1}\n"
    "svg{display:block;width:100%;height:auto;font-size:12px;overflow:"
    "visible}\n"
    ".grid{stroke:var(--line);fill:none}.tick,.label{fill:var(--soft)}\n"
    ".line{fill:none;stroke-width:2;stroke-linejoin:round}"
    ".thin{stroke-width:1.2;opacity:.45}.dash{stroke:var(--soft);"
    "stroke-dasharray:4 4;stroke-width:1}\n"
    ".line.a{stroke:var(--a)}.line.b{stroke:var(--b)}"
    ".dot.a,.bar.a{fill:var(--a)}.dot.b,.bar.b{fill:var(--b)}"
    ".faint{opacity:.45}\n"
    ".word{font-weight:600}.word.a{fill:var(--a)}.word.b{fill:var(--b)}"
    ".word.c{fill:var(--soft)}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;"
    "font-size:13.5px}\n"
    "td,th{padding:4px 8px;text-align:right;border-bottom:1px solid "
    "var(--line);white-space:nowrap}th{font-weight:600;color:var(--soft);"
    "white-space:normal}\n"
    "th:first-child,td:first-child{text-align:left}\n"
    ".matrix td{text-align:center;border:1px solid var(--card);min-width:34px}"
    ".matrix .on{color:#fff}.matrix td.zero{color:var(--line)}\n"
    ".pictures{display:grid;grid-template-columns:repeat(auto-fill,"
    "minmax(92px,1fr));gap:12px}\n"
    "figure{margin:0;text-align:center;font-size:12.5px;line-height:1.35}"
    "figure img{width:84px;image-rendering:pixelated;border-radius:6px;"
    "background:#000}figure span{color:var(--soft)}\n"
    ".key{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,"
    "1fr));gap:2px 20px;font-size:13px}.key div{display:flex;"
    "justify-content:space-between;border-bottom:1px solid var(--line);"
    "gap:12px}.key span{color:var(--soft)}.key b{font-weight:500;"
    "text-align:right;overflow-wrap:anywhere}\n"
    ".bars{display:grid;grid-template-columns:max-content 1fr max-content;"
    "gap:4px 10px;align-items:center;font-size:13px}"
    ".bars i{display:block;height:12px;background:var(--a);"
    "border-radius:3px}\n"
    "footer{margin-top:18px;color:var(--soft);font-size:12.5px}\n";


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
