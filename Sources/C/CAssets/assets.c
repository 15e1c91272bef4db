// Made by script/embed: run it after adding or removing a file there.
#include "CAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file0[] = {
#embed "../../../policies/home.yaml"
};
static const unsigned char file1[] = {
#embed "../../../reports/bandwidth.yaml"
};
static const unsigned char file2[] = {
#embed "../../../reports/blocked-sites.yaml"
};
static const unsigned char file3[] = {
#embed "../../../reports/blocked.yaml"
};
static const unsigned char file4[] = {
#embed "../../../reports/client-day.yaml"
};
static const unsigned char file5[] = {
#embed "../../../reports/first-seen.yaml"
};
static const unsigned char file6[] = {
#embed "../../../reports/heat-map.yaml"
};
static const unsigned char file7[] = {
#embed "../../../reports/overview.yaml"
};
static const unsigned char file8[] = {
#embed "../../../reports/rules.yaml"
};
static const unsigned char file9[] = {
#embed "../../../reports/time-spent.yaml"
};
static const unsigned char file10[] = {
#embed "../../../reports/top-categories.yaml"
};
static const unsigned char file11[] = {
#embed "../../../reports/top-clients.yaml"
};
static const unsigned char file12[] = {
#embed "../../../reports/top-sites.yaml"
};
static const unsigned char file13[] = {
#embed "../../../web/proxy/actions.html"
};
static const unsigned char file14[] = {
#embed "../../../web/proxy/bar.html"
};
static const unsigned char file15[] = {
#embed "../../../web/proxy/block.html"
};
static const unsigned char file16[] = {
#embed "../../../web/proxy/budgets.html"
};
static const unsigned char file17[] = {
#embed "../../../web/proxy/failure.html"
};
static const unsigned char file18[] = {
#embed "../../../web/proxy/head.html"
};
static const unsigned char file19[] = {
#embed "../../../web/proxy/messages.de.txt"
};
static const unsigned char file20[] = {
#embed "../../../web/proxy/messages.en.txt"
};
static const unsigned char file21[] = {
#embed "../../../web/proxy/mine.html"
};
static const unsigned char file22[] = {
#embed "../../../web/proxy/notice.html"
};
static const unsigned char file23[] = {
#embed "../../../web/proxy/portal.html"
};
static const unsigned char file24[] = {
#embed "../../../web/proxy/style.css"
};

static const struct weir_asset assets[] = {
    {"policies/home.yaml", file0, sizeof file0},
    {"reports/bandwidth.yaml", file1, sizeof file1},
    {"reports/blocked-sites.yaml", file2, sizeof file2},
    {"reports/blocked.yaml", file3, sizeof file3},
    {"reports/client-day.yaml", file4, sizeof file4},
    {"reports/first-seen.yaml", file5, sizeof file5},
    {"reports/heat-map.yaml", file6, sizeof file6},
    {"reports/overview.yaml", file7, sizeof file7},
    {"reports/rules.yaml", file8, sizeof file8},
    {"reports/time-spent.yaml", file9, sizeof file9},
    {"reports/top-categories.yaml", file10, sizeof file10},
    {"reports/top-clients.yaml", file11, sizeof file11},
    {"reports/top-sites.yaml", file12, sizeof file12},
    {"web/proxy/actions.html", file13, sizeof file13},
    {"web/proxy/bar.html", file14, sizeof file14},
    {"web/proxy/block.html", file15, sizeof file15},
    {"web/proxy/budgets.html", file16, sizeof file16},
    {"web/proxy/failure.html", file17, sizeof file17},
    {"web/proxy/head.html", file18, sizeof file18},
    {"web/proxy/messages.de.txt", file19, sizeof file19},
    {"web/proxy/messages.en.txt", file20, sizeof file20},
    {"web/proxy/mine.html", file21, sizeof file21},
    {"web/proxy/notice.html", file22, sizeof file22},
    {"web/proxy/portal.html", file23, sizeof file23},
    {"web/proxy/style.css", file24, sizeof file24},
    {0, 0, 0},
};

const struct weir_asset *weir_asset_at(size_t number) {
    const size_t last = sizeof assets / sizeof assets[0] - 1;
    return &assets[number < last ? number : last];
}
