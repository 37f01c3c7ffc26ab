/*
 * What a portfolio tries: one row a recipe, in the order in which they are
 * tried.
 * Not here: what settings mean (learn/).
 */

#include "portfolio.h"


#define RECIPE(family, name, settings, effort)                                \
    { { &train_family_##family, name, settings, 0 }, TRAIN_EFFORT_##effort }

const train_entry_t  train_recipes[] = {
    RECIPE(trees, "trees", "", QUICK),
    RECIPE(network, "network", "", QUICK),
    RECIPE(network, "bins", "bins=16,width=192", NORMAL),
    RECIPE(trees, "trees, slow",
           "rate=0.03,rounds=600,patience=50,columns=0.7,rows=0.8", NORMAL)
};

const size_t  train_n_recipes = train_nelts(train_recipes);
