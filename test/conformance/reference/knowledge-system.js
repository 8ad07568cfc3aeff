// 1. Télécharger la documentation produit
async function uploadDocumentation(file, title) { const formData = new FormData(); formData.append('title', title); formData.append('file_type', 'pdf'); formData.append('file', file); const response = await fetch('https://guichet.example/api/v1/knowledge/files/', { method: 'POST', headers: { 'X-API-Key': 'YOUR_CLIENT_ID', 'X-API-Secret': 'YOUR_CLIENT_SECRET' }, body: formData }); return await response.json();}

// 2. Ajouter des entrées FAQ
async function addFAQ(question, answer, tags) { const response = await fetch('https://guichet.example/api/v1/knowledge/qa/', { method: 'POST', headers: { 'X-API-Key': 'YOUR_CLIENT_ID', 'X-API-Secret': 'YOUR_CLIENT_SECRET', 'Content-Type': 'application/json' }, body: JSON.stringify({ question, answer, tags, source: 'manual' }) }); return await response.json();}

// 3. Ajouter du contenu web
async function addWebContent(url, title) { const response = await fetch('https://guichet.example/api/v1/knowledge/urls/', { method: 'POST', headers: { 'X-API-Key': 'YOUR_CLIENT_ID', 'X-API-Secret': 'YOUR_CLIENT_SECRET', 'Content-Type': 'application/json' }, body: JSON.stringify({ url, title }) }); return await response.json();}

// Exemple d'utilisation
const fileUpload = await uploadDocumentation(pdfFile, 'User Manual v2.0');const faq = await addFAQ( 'Comment réinitialiser mon mot de passe ?', 'Allez dans les paramètres et cliquez sur "Réinitialiser le mot de passe"...', ['password', 'security']);const webContent = await addWebContent( 'https://example.tech/blog/new-features', 'Annonce des nouvelles fonctionnalités');
