#pragma once

/// The commit of the source, as whoever builds says it in TEMPER_COMMIT (see Package.swift); empty
/// where nobody does.
const char *build_commit(void);
