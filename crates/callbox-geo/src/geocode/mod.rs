//! Finds places by what people say, and says what stands at a place.
