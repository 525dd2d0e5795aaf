/**
 * Collects changes and hands them over once per animation frame, so that a hundred quotes cost one rendering.
 * A hidden page gets no frames; there a slow timer takes their place.
 */
export function perFrame(flush: () => void): () => void {
  let waiting = false
  const run = () => {
    waiting = false
    flush()
  }
  return () => {
    if (waiting) return
    waiting = true
    if (document.hidden) setTimeout(run, 1000)
    else requestAnimationFrame(run)
  }
}
