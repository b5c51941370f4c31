using System.Text.Json;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using LmModel.Tokenization;

namespace LmApi.Models;

/// <summary>Checks that need the vocabulary of the model.</summary>
internal static class TokenRules
{
    /// <summary>The tokens of a text; empty, with an error added, if it cannot be encoded or has too many.</summary>
    public static int[] Encode(Tokenizer tokenizer, string text, string path, int maxTokens, FieldErrors errors)
    {
        try
        {
            var tokens = tokenizer.Encode(text);
            if (tokens.Length <= maxTokens)
            {
                return tokens;
            }

            errors.Add(path, FieldErrorCodes.TooLong, $"`{path}` may have {maxTokens} tokens, not {tokens.Length}.",
                ToJson(Excerpt.Of(text)!), new() { MaxTokens = maxTokens });
        }
        catch (UnknownCharacterException exception)
        {
            var unknown = string.Concat(exception.Characters.Select(c => c.ToString()));
            errors.Add(path, FieldErrorCodes.UnknownCharacter, $"`{path}`: {exception.Message}", ToJson(unknown));
        }

        return [];
    }

    public static void RequireKnown(Tokenizer tokenizer, int id, string path, FieldErrors errors)
    {
        if (id < 0 || id >= tokenizer.VocabularySize)
        {
            errors.Add(path, FieldErrorCodes.UnknownToken,
                $"`{path}`: there is no token {id}; ids are 0 to {tokenizer.VocabularySize - 1}.",
                JsonSerializer.SerializeToElement(id, ApiJson.Wire.Int32),
                new() { Minimum = 0, Maximum = tokenizer.VocabularySize - 1 });
        }
    }

    private static JsonElement ToJson(string text) => JsonSerializer.SerializeToElement(text, ApiJson.Wire.String);
}
