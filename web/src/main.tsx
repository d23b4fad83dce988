// Starts the web: language first, then the router. Everything else is loaded by the page that needs
// it.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { mayPass } from './api/client.ts'
import { readEmbeddedShow } from './api/embedded-show.ts'
import { LanguageProvider, loadPreferredLanguage } from './i18n.tsx'
import { registerPages } from './navigation/pages.ts'
import { findPlace, Router } from './navigation/router.tsx'
import { pages } from './pages.ts'
import { Frame } from './parts/frame.tsx'
import './style.css'

const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: (failures, error) => mayPass(error) && failures < 2, staleTime: 5_000 },
  },
})
readEmbeddedShow(queryClient)
registerPages(pages)

const root = document.getElementById('root')
if (!root) throw new Error('the page has no root element')
const [language, place] = await Promise.all([
  loadPreferredLanguage(),
  findPlace(queryClient, new URL(location.href)),
])
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <LanguageProvider initial={language}>
        <Router initial={place}>
          <Frame />
        </Router>
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
)
