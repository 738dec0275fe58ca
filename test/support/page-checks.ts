/** Texts with less than 4.5 times the contrast of their ground (WCAG 2.1, relative luminance). Runs in the browser. */
export function faintTexts(): string[] {
  const rgb = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r = 0, g = 0, b = 0]: number[]) => {
    const [x = 0, y = 0, z = 0] = [r, g, b]
      .map((channel) => channel / 255)
      .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const groundOf = (element: Element): number[] => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const ground = rgb(getComputedStyle(at).backgroundColor);
      if (ground.length === 3 || (ground[3] ?? 0) > 0) return ground;
    }
    return [255, 255, 255];
  };
  const texts = Array.from(document.querySelectorAll('body *')).filter((element) =>
    Array.from(element.childNodes).some(
      (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
    ),
  );
  const faint: string[] = [];
  for (const element of texts) {
    const style = getComputedStyle(element);
    const ink = luminance(rgb(element instanceof SVGElement ? style.fill : style.color));
    const ground = luminance(groundOf(element));
    const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    if (contrast < 4.5) faint.push(`${element.tagName}: ${element.textContent} (${contrast.toFixed(1)})`);
  }
  return faint;
}

/** Texts of pictures that reach out of them, or that lie on another text. Runs in the browser. */
export function cutOrCovered(): string[] {
  const found: string[] = [];
  for (const svg of Array.from(document.querySelectorAll('svg'))) {
    const frame = svg.getBoundingClientRect();
    const texts = Array.from(svg.querySelectorAll('text'))
      .filter((text) => text.textContent.trim() !== '' && getComputedStyle(text).opacity !== '0')
      .map((text) => ({ says: text.textContent, box: text.getBoundingClientRect() }));
    for (const [at, { says, box }] of texts.entries()) {
      if (
        box.left < frame.left - 1 ||
        box.right > frame.right + 1 ||
        box.top < frame.top - 1 ||
        box.bottom > frame.bottom + 1
      )
        found.push(`cut: ${says}`);
      for (const other of texts.slice(at + 1)) {
        const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        // A line of text is higher than its letters.
        if (wide > 1 && high > box.height / 3) found.push(`${says} lies on ${other.says}`);
      }
    }
  }
  return found;
}
