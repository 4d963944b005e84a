// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import Hummingbird
import LiaisonForms
import LiaisonNotes

/// In which browsers an agent's desk is open, at an institution's desk.
struct StaysPage: Page {
    static let template = "stays"

    struct Line: Sendable {
        let number: Int
        let browser: String
        let since: String
        let lastUse: String
        let isThis: Bool
    }

    let stays: [Line]
    let hasOthers: Bool

    init(_ stays: [Doorkeeper.Stay], of guest: Doorkeeper.Guest, now: Instant, _ language: Language) {
        let time = LocalTime(.current)
        self.stays = stays.map { stay in
            Line(
                number: stay.number, browser: stay.browser, since: time.text(stay.since, language),
                lastUse: language(
                    "il y a \(LocalTime.age(stay.lastUse, now: now, .fr))",
                    "\(LocalTime.age(stay.lastUse, now: now, .en)) ago"),
                isThis: stay.guest == guest)
        }
        hasOthers = stays.contains { $0.guest != guest }
    }
}

extension DeskRoutes {
    func addStays(to router: Router<DeskContext>) {
        router.get(
            "sessions",
            use: page { [self] _, context in
                guard let guest = context.guest else { throw Doorkeeper.Refusal.stranger }
                return StaysPage(doorkeeper.stays(of: guest.agent), of: guest, now: clerk.now, language)
            })
        router.post(
            "sessions/others/end",
            use: change(counts: false) { form, context in await endStays(context) { $0 != context.guest } })
        router.post(
            "sessions/{number}/end",
            use: change(counts: false) { form, context in
                let number = context.parameters.get("number").flatMap { DecimalNumber.parse($0) }
                let stay = doorkeeper.stays(of: context.guest?.agent).first { $0.number == number }
                return await endStays(context) { $0 == stay?.guest }
            })
    }

    func endStays(_ context: DeskContext, where isMeant: (Doorkeeper.Guest) -> Bool) async -> String {
        for stay in doorkeeper.stays(of: context.guest?.agent) where isMeant(stay.guest) { await leave(stay.guest) }
        return "/sessions?done=stayEnded"
    }
}

/// A browser as people name it, from what it says of itself (RFC 9110, section 10.1.5).
enum BrowserName {
    // Many name those that they are made of as well: the more special come first.
    private static let programs =
        [
            "Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"
        ] as KeyValuePairs
    private static let systems =
        [
            "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS",
            "Linux": "Linux"
        ] as KeyValuePairs

    static func text(_ userAgent: String, _ language: Language) -> String {
        func name(_ names: KeyValuePairs<String, String>) -> String? {
            names.first { userAgent.contains($0.key) }?.value
        }
        let program = name(programs) ?? language("Navigateur inconnu", "Unknown browser")
        return name(systems).map { "\(program), \($0)" } ?? program
    }
}
