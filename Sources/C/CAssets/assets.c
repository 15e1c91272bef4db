// Made by script/embed: run it after adding or removing a file there.
#include "CAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file0[] = {
#embed "../../../policies/home.yaml"
};

static const struct weir_asset assets[] = {
    {"policies/home.yaml", file0, sizeof file0},
    {0, 0, 0},
};

const struct weir_asset *weir_asset_at(size_t number) {
    const size_t last = sizeof assets / sizeof assets[0] - 1;
    return &assets[number < last ? number : last];
}
