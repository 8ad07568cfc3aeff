// 1. Obtenir le token widget pour le chat basé sur navigateur
async function getWidgetToken() { const response = await fetch('https://guichet.example/api/v1/auth/widget-token', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ client_id: 'YOUR_CLIENT_ID' }) }); return (await response.json()).token;}

// 2. Créer une session pour visiteur anonyme
async function startSupportSession(token, assistantId) { const response = await fetch('https://guichet.example/api/v1/sessions/', { method: 'POST', headers: { 'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ assistant_id: assistantId, visitor_id: 'visitor-' + Date.now(), metadata: { source: 'support_widget' } }) }); return await response.json();}

// 3. Envoyer le message client et obtenir la réponse IA
async function sendMessage(token, sessionId, message) { const response = await fetch(`https://guichet.example/api/v1/sessions/${sessionId}/messages`, { method: 'POST', headers: { 'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ content: message, metadata: { user_type: 'customer' } }) }); return await response.json();}

// Exemple d'utilisation
const token = await getWidgetToken();const session = await startSupportSession(token, 'assistant-uuid');const result = await sendMessage(token, session.data.id, 'J'ai besoin d'aide avec ma commande');
