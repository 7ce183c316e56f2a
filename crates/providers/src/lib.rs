//! Every model vendor's dialect, translated; opens no socket.
