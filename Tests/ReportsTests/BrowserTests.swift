import Foundation
import Reports
import Testing

/// The HTML in a real browser without a window, Debian's chromium-headless-shell (`Tests/prepare`).
@Suite("The HTML report in a browser", .serialized, .timeLimit(.minutes(5))) struct BrowserTests {
    private static let page = ReportHTML(Sample.report).text

    /// The document as the browser has it once it has loaded `page` and, where there is one, run a
    /// script of ours; the page's own policy, which forbids scripts, is then taken off.
    private func document(
        _ page: String = page, anchor: String = "", script: String? = nil, width: Int = 1200,
        isDark: Bool = false
    ) throws -> String {
        let file = NSTemporaryDirectory() + "temper-report-\(UUID().uuidString).html"
        defer { try? FileManager.default.removeItem(atPath: file) }
        var page = page
        if let script {
            page = page.replacing(/<meta http-equiv[^>]*>/, with: "")
                .replacing("</body>", with: "<script>\(script)</script></body>")
        }
        try page.write(toFile: file, atomically: true, encoding: .utf8)
        let browser = Process()
        browser.executableURL = URL(filePath: "/usr/bin/chromium-headless-shell")
        browser.arguments = [
            "--no-sandbox", "--disable-gpu", "--window-size=\(width),900",
            "--virtual-time-budget=2000", "--dump-dom",
            "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", "file://\(file)\(anchor)",
        ]
        let output = Pipe()
        browser.standardOutput = output
        browser.standardError = FileHandle.nullDevice
        try browser.run()
        let text = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        browser.waitUntilExit()
        #expect(browser.terminationStatus == 0)
        return text
    }

    /// What a script says of the page.
    private func measured(
        _ expression: String, of page: String = page, anchor: String = "", width: Int = 1200,
        isDark: Bool = false
    ) throws -> String {
        let text = try document(
            page, anchor: anchor,
            script: "setTimeout(() => document.title = 'said ' + (\(expression)), 300)",
            width: width, isDark: isDark)
        let title = text.firstMatch(of: /<title>said ([^<]*)</)
        return String(try #require(title, "\(text.prefix(300))").output.1)
    }

    @Test("shows every refusal, ladder and trial, and no markup of the service")
    func content() throws {
        let text = try document()
        #expect(text.contains("fchownat /srv/f failed with EPERM for lack of CAP_CHOWN"))
        #expect(try measured("document.querySelectorAll('.card').length") == "6")
        #expect(try measured("document.querySelectorAll('details.trial').length") == "12")
        #expect(try measured("document.querySelectorAll('svg').length") == "4")
        #expect(try measured("document.querySelectorAll('script').length") == "1")
        #expect(
            try measured("document.body.textContent.includes('\\x3cscript>alert(1)')")
                == "true")
    }

    @Test("what to do comes first, under one title, and refusals are folded under their reasons")
    func order() throws {
        let one = ReportHTML(Report(temper: "0.1.0", units: [Sample.unit])).text
        let titles = "document.querySelectorAll('h1, h2').length"
        #expect(try measured(titles, of: one) == "1")
        #expect(try measured(titles) == "3")
        let anchors = "[...document.querySelectorAll('h3')].map(h => h.id).join(' ')"
        let sections = try measured(anchors, of: one).split(separator: " ").map(String.init)
        let firsts = ["warnings", "drop-in", "where-each-directive-stands", "refused"]
        #expect(
            sections.filter { firsts.map { "u1-" + $0 }.contains($0) } == firsts.map { "u1-" + $0 })
        #expect(Set(sections).count == sections.count)
        let linked = "[...document.querySelectorAll('nav a')].map(a => a.hash.slice(1)).join(' ')"
        #expect(try measured(linked, of: one) == sections.joined(separator: " "))
        #expect(try measured("document.querySelectorAll('.card[open]').length", of: one) == "0")
        let reasons =
            "[...document.querySelectorAll('.card .reason')].filter(r => r.offsetHeight).length"
        #expect(Int(try measured(reasons, of: one)) == Sample.unit.refusals.count)
    }

    @Test("needs nothing but itself: nothing is fetched, and its policy lets no script run")
    func alone() throws {
        #expect(!BrowserTests.page.contains("<script"))
        #expect(
            BrowserTests.page.matches(of: /(src|href|url)\s*[=(]\s*"?([^"\s>)]*)/).allSatisfy {
                $0.output.2.hasPrefix("#")
            })
        let text = try document(
            BrowserTests.page.replacing(
                "</body>", with: "<script>document.title = 'ran'</script></body>"))
        #expect(!text.contains("<title>ran"))
    }

    @Test("every trial is a click away: its anchor opens it, and every link has its goal")
    func links() throws {
        let goal = "document.getElementById('u2t3').closest('details').open"
        #expect(try measured(goal) == "false")
        #expect(try measured(goal, anchor: "#u2t3") == "true")
        let broken =
            "[...document.querySelectorAll('a')].filter(a => "
            + "!document.getElementById(decodeURIComponent(a.getAttribute('href').slice(1)))).length"
        #expect(try measured(broken) == "0")
        #expect(Int(try measured("document.querySelectorAll('svg a').length")) == 12)
    }

    @Test("can be read in light and in dark", arguments: [false, true])
    func colours(isDark: Bool) throws {
        // WCAG 2.1, 1.4.3: a contrast of 4.5 between words and what is behind them.
        let contrast = """
            (() => {
              const light = c => { const [r, g, b] = c.match(/\\\\d+/g).map(v => v / 255)
                .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b };
              const behind = e => { for (; e; e = e.parentElement) {
                const c = getComputedStyle(e).backgroundColor;
                if (!c.endsWith(', 0)')) return c } return 'rgb(255, 255, 255)' };
              let worst = 99;
              for (const e of document.querySelectorAll('main *')) {
                if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
                  continue;
                const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
                worst = Math.min(worst, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)) }
              return worst })()
            """.replacing("\\\\", with: "\\")
        #expect(
            try measured("matchMedia('(prefers-color-scheme: dark)').matches", isDark: isDark)
                == "\(isDark)")
        let worst = try #require(Double(try measured(contrast, isDark: isDark)))
        #expect(worst >= 4.5, "\(worst)")
    }

    @Test("nothing hangs over the edge", arguments: [360, 800, 1400])
    func narrow(width: Int) throws {
        let over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        #expect(try measured(over, width: width) == "0")
    }
}
