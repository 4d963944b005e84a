// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonDossier
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import LiaisonWords
import Testing

extension ForgedDossierTests {
    /// A log with five handovers to one agent, as an older relay logged downloads, and one to a colleague among them.
    private func openedFiveTimes() async throws -> (test: Case, acts: [String], colleague: AgentAddress) {
        let test = try await opened()
        let key = try Fixture.key("colleague")
        let name = try Fixture.agent("d-09@avema01")
        let colleague = (name: name, signer: try Fixture.unwrap(NoteSigner(name: name.description, privateKey: key)))
        let entry = try Fixture.agent(name, in: Fixture.unit(iscg), key: key, tls: [Hash.of("colleague")])
        try await test.world.publish("avema01", change: { $0.append(entry) })
        var acts: [String] = []
        for author in [nil, colleague, nil, nil, nil] {
            test.world.clock.now += 60
            let again = try await act(.opened, test, by: author)
            try await forge(test, in: [iscg, montluel], .contentHandover) { event in
                event.state = .opened
                event.act = again.hash
                event.agent = again.body.by
            }
            acts.append(again.note.serialized)
        }
        return (test, acts, name)
    }

    /// Whoever reads is told of one opening by each agent, with every entry that proves one; the dossier has all of them.
    @Test func repeatedHandoversAreToldOnce() async throws {
        let (test, acts, colleague) = try await openedFiveTimes()
        let report = try await test.judge(acts: acts)
        #expect(report.verdict == .valid, "\(report.checks)")
        let story = try #require(report.story)
        let handovers = story.steps.map(\.evidence).filter { $0.event.event == .contentHandover }
        let own = handovers.filter { $0.event.agent != colleague }
        #expect(own.count == 5 && handovers.count == 6)
        let entries = own.map { String($0.index) }.joined(separator: ", ")
        let (first, last) = (try #require(own.first).event.at, try #require(own.last).event.at)
        let other = try #require(handovers.first { $0.event.agent == colleague }).index

        let time = LocalTime(zone: story.timeZone)
        let page = test.world.page(story)
        let times = "5 fois, la première le \(time.text(first, .fr)), la dernière le \(time.text(last, .fr))"
        #expect(page.ranges(of: "<td>ouvert par un agent").count == 2)
        #expect(page.contains("<td>ouvert par un agent de l'unité, \(times)</td>"))
        #expect(page.contains("<td>\(entries)</td>") && page.contains("<td>\(other)</td>"))

        let french = DossierText.report(report, test.world.catalogue, .fr)
        #expect(french.ranges(of: "  ouvert par un agent").count == 2)
        #expect(french.contains("  ouvert par un agent de l'unité, \(times)  "))
        #expect(french.contains("entrées \(entries)\n") && french.contains("entrée \(other)\n"))
        let english = DossierText.report(report, test.world.catalogue, .en)
        let inEnglish = "5 times, first \(time.text(first, .en)), last \(time.text(last, .en))"
        #expect(english.contains("  opened by an agent of the unit, \(inEnglish)  "))
        #expect(english.contains("entries \(entries)\n") && english.contains("entry \(other)\n"))
    }

    /// The same words where an agent follows a transmission.
    @Test func repeatedHandoversAreTrackedAsOne() async throws {
        let (test, acts, _) = try await openedFiveTimes()
        let story = try #require(try await test.judge(acts: acts).story)
        let lines = try Voice(test.world.session(montluel), .fr).steps(story.steps.map(\.evidence.proven))
            .filter { $0.contains("ouvert par un agent") }
        #expect(lines.count == 2)
        #expect(lines.first?.contains(", 5 fois, la première le ") == true)
        #expect(lines.first?.contains(/preuve : entrées \d+(, \d+){4}$/) == true)
        #expect(lines.last?.contains(/preuve : entrée \d+$/) == true)
    }

    /// Such a dossier is as valid for the independent checker.
    @Test func repeatedHandoversAreProvenToOthers() async throws {
        let (test, acts, _) = try await openedFiveTimes()
        let directory = try TemporaryDirectory()
        let (dossier, trust) = ("\(directory.path)/d.asice", "\(directory.path)/anchors")
        try await test.parts(acts).write(to: dossier, timeStamp: nil)
        try test.anchors().write(toFile: trust, atomically: true, encoding: .utf8)
        let answer = try await Programs.check("../../tools/verify.py", [dossier, "--trust", trust])
        #expect(answer.status == 0, "\(answer.text)\(answer.standardError)")
    }
}
