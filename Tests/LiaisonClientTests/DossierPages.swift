// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonDossier
import LiaisonTestKit
import LiaisonWords

extension World {
    /// Makes the page of a dossier, as the program does.
    func page(_ story: DossierStory) -> String { DossierPage.html(story, catalogue: catalogue) }
}
