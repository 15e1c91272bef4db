/// The style of charts where they stand alone; in the admin site its stylesheet has the same classes.
enum ChartStyle {
    static let chart = """
        .chart svg,svg.chart{max-width:100%;height:auto;font:12px system-ui,sans-serif}
        .c-1{fill:#2f6fb4}.c-2{fill:#c2452d}.c-grid{stroke:#8884;stroke-width:1}.c-text{fill:#333}.c-soft{fill:#777}
        .h0{fill:#8881}.h1{fill:#c6dbef}.h2{fill:#9ecae1}.h3{fill:#6baed6}.h4{fill:#3182bd}.h5{fill:#08519c}
        @media(prefers-color-scheme:dark){.c-1{fill:#6fa8e6}.c-2{fill:#f08b72}.c-text{fill:#ddd}.c-soft{fill:#999}
        .h1{fill:#123a5e}.h2{fill:#1c5586}.h3{fill:#2f77b5}.h4{fill:#5b9fd8}.h5{fill:#a6cdf0}}
        """

    static let page = """
        :root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #8884}
        .number{text-align:right;font-variant-numeric:tabular-nums}.chart{margin:1rem 0}
        """
}
