using LmModel.Sampling;

namespace LmModel.Tests.Checkpoints;

public sealed class DefaultsTests : SavedModelTests
{
    private static readonly GenerationDefaults Cool = new() { Sampling = new() { Temperature = 0.5f }, MaxTokens = 7 };

    [Fact]
    public void A_folder_without_the_files_has_the_usual_defaults_and_no_chat_template()
    {
        Save(Gru);
        Assert.Equal(0.8f, Open().Defaults.Sampling.Temperature);
        Assert.Null(Open().ChatTemplate);
    }

    [Fact]
    public void Both_files_are_read_with_the_folder()
    {
        Save(Gru);
        Open().SaveDefaults(Cool);
        File.WriteAllText(Folder["chat_template.txt"], "[user]\n{{content}}\n[reply]\n");

        var folder = Open();

        Assert.Equal((0.5f, 7), (folder.Defaults.Sampling.Temperature, folder.Defaults.MaxTokens));
        Assert.Equal("Hi", folder.ChatTemplate!.Render([new("user", "Hi")]));
    }

    [Fact]
    public void Broken_files_are_refused_together_with_everything_else()
    {
        Save(Gru);
        File.WriteAllText(Folder["generation_config.json"], """{"temperature": -1, "top_q": 1}""");
        File.WriteAllText(Folder["chat_template.txt"], "[reply]\n");

        var problems = Problems();

        Assert.Equal(3, problems.Length);
        Assert.Equal("- generation_config.json: temperature must be from 0 to 2, not -1", problems[0]);
        Assert.Equal("- chat_template.txt: has no section [user]", problems[2]);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_refused()
    {
        Save(Gru);
        Directory.CreateDirectory(Folder["chat_template.txt"]);
        Assert.Equal("- chat_template.txt: is a folder, not a file", Assert.Single(Problems()));
    }

    [Fact]
    public void New_weights_remove_the_defaults_that_were_chosen_for_the_old_ones_and_keep_the_template()
    {
        Save(Gru);
        Open().SaveDefaults(Cool);
        File.WriteAllText(Folder["chat_template.txt"], "[user]\n{{content}}\n[reply]\n");

        Save(Gru);

        Assert.Null(Open().Defaults.MaxTokens);
        Assert.NotNull(Open().ChatTemplate);
    }
}
