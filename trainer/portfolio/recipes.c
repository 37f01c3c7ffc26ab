/*
 * What a portfolio tries: one row a recipe, in the order in which they are
 * tried.
 * Not here: what settings mean (learn/).
 */

#include "portfolio.h"


#define RECIPE(family, name, settings, effort)                                \
    { { &train_family_##family, name, settings, 0 }, TRAIN_EFFORT_##effort }

/* Different kinds first, then others of each: what one misses on a table,
 * another finds.  Costs grow to the end of an effort. */

const train_entry_t  train_recipes[] = {
    RECIPE(trees, "trees", "", QUICK),
    RECIPE(network, "network", "", QUICK),
    RECIPE(network, "network, small", "width=64,depth=1,decay=0.5", NORMAL),
    RECIPE(network, "network, bins", "bins=16,width=192", NORMAL),
    RECIPE(trees, "trees, slow",
           "rate=0.03,rounds=600,patience=50,columns=0.7,rows=0.8", NORMAL),
    RECIPE(network, "network, waves", "waves=16,width=192,drop=0.1", NORMAL),
    RECIPE(network, "network, decayed", "decay=0.3,drop=0.1", NORMAL),
    RECIPE(trees, "trees, random",
           "extra=1,rate=0.05,rounds=600,patience=50,min-rows=5", NORMAL),
    RECIPE(trees, "trees, shallow",
           "leaves=7,rounds=400,patience=40,columns=0.7", BEST),
    RECIPE(network, "network, many bins", "bins=48,width=192,drop=0.1", BEST),
    RECIPE(network, "network, deep", "width=256,depth=3,drop=0.15", BEST),
    RECIPE(trees, "trees, slower",
           "leaves=63,rate=0.01,rounds=2000,patience=100,columns=0.5,rows=0.8",
           BEST)
};

const size_t  train_n_recipes = train_nelts(train_recipes);
