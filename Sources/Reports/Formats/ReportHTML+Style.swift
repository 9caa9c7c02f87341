extension ReportHTML {
    /// The colours are said twice, for light and for dark; everything else once.
    static let style: StaticString = """
        :root { --paper: #fff; --ink: #1b1f24; --quiet: #59626d; --line: #d5dae0; --card: #f5f7f9;
          --good: #116329; --bad: #a3181e; --doubt: #765200; --link: #0a58ca; --goodfill: #cfeed6;
          --badfill: #fbd9d8; --doubtfill: #f8e7b9; --none: #e6e9ed; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #14181d; --ink: #e4e8ed; --quiet: #9aa5b1; --line: #343c46; --card: #1c2229;
            --good: #56d27a; --bad: #ff8f89; --doubt: #e5b94a; --link: #79b3ff; --goodfill: #1d4a2b;
            --badfill: #5c2325; --doubtfill: #4d3c12; --none: #2a313a; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 70rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2rem; }
        h3 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
        a { color: var(--link); }
        code, pre { font: .875em/1.5 ui-monospace, monospace; }
        nav { margin: 1.2rem 0; line-height: 1.9; }
        nav a { margin-right: .8rem; display: inline-block; }
        pre { max-height: 32rem; white-space: pre-wrap; background: var(--card);
          border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow: auto; }
        .quiet { color: var(--quiet); }
        .wide { overflow-x: auto; overflow-wrap: normal; }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
        .timeline { min-width: 44rem; }
        svg text.quiet { fill: var(--quiet); }
        table { border-collapse: collapse; width: 100%; }
        td, th { text-align: left; vertical-align: top; padding: .25rem .5rem;
          border-bottom: 1px solid var(--line); font-weight: normal; }
        thead th { font-weight: bold; }
        td.number, th.number { text-align: right; }
        .card, .trial { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0;
          padding: .5rem .75rem; background: var(--card); }
        .card summary, .trial summary { cursor: pointer; }
        .card p { margin: .25rem 0; }
        ul { padding-left: 1.25rem; margin: .4rem 0; }
        .details { list-style: none; padding-left: 0; }
        .details b { display: inline-block; min-width: 4.75rem; font-weight: 600; }
        .card summary .quiet { margin-left: .5rem; }
        .card .reason { display: block; font-size: .9rem; }
        .card[open] .reason { display: none; }
        .because b { color: var(--bad); } .perhaps b { color: var(--doubt); }
        .saw b { color: var(--quiet); font-weight: normal; }
        .advice b { min-width: 1.2rem; font-weight: normal; }
        .warn { color: var(--doubt); } .good { color: var(--good); } .bad { color: var(--bad); }
        .step { display: inline-block; width: 1.35em; height: 1.35em; line-height: 1.35em; margin: 1px;
          text-align: center; border-radius: 3px; text-decoration: none; color: inherit;
          font-size: .8rem; background: var(--none); }
        .step.taken, .step.in-force { background: var(--goodfill); color: var(--good); }
        .step.refused { background: var(--badfill); color: var(--bad); font-weight: bold; }
        .step.untried { background: var(--doubtfill); color: var(--doubt); }
        .ladders { font-size: .9rem; } .ladders th { width: 15rem; font-weight: 600; }
        .ladders td:nth-child(2) { width: 22rem; }
        .trial.passed i { color: var(--good); } .trial.failed i { color: var(--bad); }
        .trial.unresolved i { color: var(--doubt); } .trial i { font-style: normal; }
        .trial ul { font-size: .9rem; }
        .target { scroll-margin-top: 5rem; }
        .target:target { outline: 2px solid var(--link); outline-offset: 6px; border-radius: 2px; }
        .restrictions { font-size: .85rem; }
        .passed-bar { fill: var(--good); } .failed-bar { fill: var(--bad); }
        .unresolved-bar { fill: var(--doubt); }
        .scale { fill: var(--none); } .before-bar { fill: var(--bad); } .after-bar { fill: var(--good); }
        .tick { stroke: var(--quiet); }
        footer { margin-top: 3rem; color: var(--quiet); }
        @media (max-width: 44rem) {
          .ladders tr, .ladders td, .ladders th { display: block; width: 100%; border: 0; }
          .ladders td:nth-child(2) { width: 100%; }
          .ladders tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
          .ladders td, .ladders th { padding: .1rem 0; } }
        @media print { nav, .reason { display: none; } pre { max-height: none; }
          .card::details-content { content-visibility: visible; }
          .card, .trial { break-inside: avoid; } }
        """
}
