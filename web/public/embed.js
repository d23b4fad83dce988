// A buy button for any web site: <script src="https://SHOP/embed.js" data-show="ID" data-label="Tickets" async></script>
// A link in a shadow of its own, styled without inline styles, so that neither page can disturb the other.
;(() => {
  const script = document.currentScript
  const show = script?.getAttribute('data-show')
  if (!script || !show || !/^[0-9a-f-]{36}$/.test(show)) return
  const host = document.createElement('span')
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`a{display:inline-flex;min-height:44px;align-items:center;padding:0 18px;border-radius:10px;background:#0f5c50;color:#fff;
    font:600 16px/1.2 system-ui,sans-serif;text-decoration:none}a:hover{background:#0a473e}a:focus-visible{outline:3px solid #0b6bcb;outline-offset:2px}`)
  root.adoptedStyleSheets = [sheet]
  const link = document.createElement('a')
  link.href = new URL(`/shows/${show}`, script.src).href
  link.target = '_blank'
  link.rel = 'noopener'
  link.textContent = script.getAttribute('data-label') ?? 'Get tickets'
  root.append(link)
  script.after(host)
})()
