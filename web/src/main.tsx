// Starts the web: language first, then the router. Everything else is loaded by the page that needs it.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { mayPass } from './api/client.ts'
import { readEmbeddedShow } from './api/embedded-show.ts'
import { LanguageProvider, loadPreferredLanguage } from './i18n.tsx'
import { makeAppRouter } from './router.tsx'
import './style.css'

const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: (failures, error) => mayPass(error) && failures < 2, staleTime: 5_000 } },
})
readEmbeddedShow(queryClient)
const router = makeAppRouter(queryClient)

const root = document.getElementById('root')
if (!root) throw new Error('the page has no root element')
const [language] = await Promise.all([loadPreferredLanguage(), router.load()])
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <LanguageProvider initial={language}>
        <RouterProvider router={router} />
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
)
