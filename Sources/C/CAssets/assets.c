// Made by script/embed: run it after adding or removing a file there.
#include "CAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file0[] = {
#embed "../../../policies/home.yaml"
};
static const unsigned char file1[] = {
#embed "../../../web/proxy/actions.html"
};
static const unsigned char file2[] = {
#embed "../../../web/proxy/bar.html"
};
static const unsigned char file3[] = {
#embed "../../../web/proxy/block.html"
};
static const unsigned char file4[] = {
#embed "../../../web/proxy/budgets.html"
};
static const unsigned char file5[] = {
#embed "../../../web/proxy/failure.html"
};
static const unsigned char file6[] = {
#embed "../../../web/proxy/head.html"
};
static const unsigned char file7[] = {
#embed "../../../web/proxy/messages.de.txt"
};
static const unsigned char file8[] = {
#embed "../../../web/proxy/messages.en.txt"
};
static const unsigned char file9[] = {
#embed "../../../web/proxy/mine.html"
};
static const unsigned char file10[] = {
#embed "../../../web/proxy/notice.html"
};
static const unsigned char file11[] = {
#embed "../../../web/proxy/portal.html"
};
static const unsigned char file12[] = {
#embed "../../../web/proxy/style.css"
};

static const struct weir_asset assets[] = {
    {"policies/home.yaml", file0, sizeof file0},
    {"web/proxy/actions.html", file1, sizeof file1},
    {"web/proxy/bar.html", file2, sizeof file2},
    {"web/proxy/block.html", file3, sizeof file3},
    {"web/proxy/budgets.html", file4, sizeof file4},
    {"web/proxy/failure.html", file5, sizeof file5},
    {"web/proxy/head.html", file6, sizeof file6},
    {"web/proxy/messages.de.txt", file7, sizeof file7},
    {"web/proxy/messages.en.txt", file8, sizeof file8},
    {"web/proxy/mine.html", file9, sizeof file9},
    {"web/proxy/notice.html", file10, sizeof file10},
    {"web/proxy/portal.html", file11, sizeof file11},
    {"web/proxy/style.css", file12, sizeof file12},
    {0, 0, 0},
};

const struct weir_asset *weir_asset_at(size_t number) {
    const size_t last = sizeof assets / sizeof assets[0] - 1;
    return &assets[number < last ? number : last];
}
