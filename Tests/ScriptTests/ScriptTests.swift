// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonTestKit
import Testing

/// Whole programs, driven by the readable scripts in `Tests/Scripts`. Each sets up what it needs, stops it, and
/// exits 0 when everything was as it says.
@Suite(.serialized)
struct ScriptTests {
    static let scripts =
        (try? FileManager.default.contentsOfDirectory(atPath: "\(Programs.root)/Tests/Scripts"))?
        .filter { $0.hasSuffix(".sh") && $0 != "lib.sh" }.sorted() ?? []

    @Test(arguments: scripts)
    func script(name: String) throws {
        let directory = try TemporaryDirectory()
        let output = try Programs.run(
            "/bin/bash", ["\(Programs.root)/Tests/Scripts/\(name)", directory.path],
            environment: ["PYTHON": Programs.python, "ROOT": Programs.root])
        #expect(output.status == 0, "\(output.text)\(output.standardError)")
    }

    @Test func thereAreScripts() { #expect(Self.scripts.count >= 6) }
}
