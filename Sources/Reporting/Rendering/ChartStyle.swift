/// The style of charts where they stand alone; in the admin site its stylesheet has the same classes.
enum ChartStyle {
    static let chart = """
        .chart svg,svg.chart{max-width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
        .c-1{fill:#0b6280}.c-2{fill:#c2452d}.c-grid{stroke:#dce2e5;stroke-width:1}.c-text{fill:#1b2428}.c-soft{fill:#56656d}.c-paper{fill:#fff}
        .h0{fill:#eef1f3}.h1{fill:#c9dfe7}.h2{fill:#94c0cf}.h3{fill:#5b9db3}.h4{fill:#2c7c98}.h5{fill:#0b5570}
        @media(prefers-color-scheme:dark){.c-1{fill:#6cc3de}.c-2{fill:#ff9a7d}.c-grid{stroke:#2d3a40}.c-text{fill:#e6edf0}.c-soft{fill:#9fb0b8}
        .c-paper{fill:#1a2226}.h0{fill:#222d32}.h1{fill:#1f4654}.h2{fill:#2c6679}.h3{fill:#3f8aa2}.h4{fill:#56aac4}.h5{fill:#8ad6ee}}
        """

    static let page = """
        :root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
        body{background:#fff;color:#1b2428}h1{font-size:1.5rem;margin:0}p{margin:.25rem 0 .75rem}.facts,.empty,.more{color:#56656d}
        .table{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9375rem}
        th,td{text-align:left;padding:.3rem .75rem;border-bottom:1px solid #dce2e5}th{white-space:nowrap}
        .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.chart{margin:1rem 0;overflow-x:auto}.chart svg{min-width:36rem}
        @media(prefers-color-scheme:dark){body{background:#1a2226;color:#e6edf0}th,td{border-color:#2d3a40}.facts,.empty,.more{color:#9fb0b8}}
        @media print{.chart,tr{break-inside:avoid}thead{display:table-header-group}.table,.chart{overflow:visible}}
        """
}
