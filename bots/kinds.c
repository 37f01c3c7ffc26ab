/*
 * Who comes: a row for each kind, with how many there are in an hour.
 * How each walks stands in people.c and robots.c.
 */

#include "bots.h"


const bots_kind_t  bots_kinds[] = {

    /* name, bad, groups an hour, clients of a group, one address, one browser,
     * seconds over which they come */

    { "person", 0, 230, 1, 1, 0, 0, 0, bots_person_init, bots_person_next },
    { "office", 0, 4, 8, 20, 1, 0, 900, bots_person_init, bots_person_next },
    { "fast", 0, 14, 1, 1, 0, 0, 0, bots_fast_init, bots_person_next },
    { "shy", 0, 8, 1, 1, 0, 0, 0, bots_shy_init, bots_person_next },
    { "app", 0, 40, 1, 1, 0, 0, 0, bots_app_init, bots_app_next },
    { "crawler", 0, 8, 1, 2, 0, 1, 300, bots_crawler_init,
      bots_crawler_next },
    { "regular", 0, 10, 1, 1, 0, 0, 0, bots_regular_init,
      bots_regular_next },

    { "scraper", 1, 11, 1, 1, 0, 0, 0, bots_scraper_init,
      bots_scraper_next },
    { "headless", 1, 3, 1, 1, 0, 0, 0, bots_headless_init,
      bots_scraper_next },
    { "stuffer", 1, 8, 15, 40, 0, 1, 1200, bots_stuffer_init,
      bots_stuffer_next },
    { "rotator", 1, 8, 30, 90, 0, 1, 1500, bots_rotator_init,
      bots_rotator_next },
    { "scanner", 1, 12, 1, 1, 0, 0, 0, bots_scanner_init,
      bots_scanner_next },
    { "watcher", 1, 9, 1, 1, 0, 0, 0, bots_watcher_init,
      bots_watcher_next },
};

const size_t  bots_n_kinds = bots_nelts(bots_kinds);
