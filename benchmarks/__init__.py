"""Programs that measure; run by hand, their figures are recorded in docs/performance.md."""
