eval $(mfaenv)  # set the session in this shell
eval $(mfaenv -p staging -d 1h)  # that of another profile or role, for an hour
eval $(mfaenv unset)  # remove the session from this shell
mfaenv unset --shell fish  # show the lines for fish
mfaenv process -p default  # print what an SDK asks a program for
aws configure set profile.mfa.credential_process 'mfaenv process -p default'  # let every AWS tool use the session, in the profile mfa
mfaenv exec -- aws s3 ls  # list the buckets, with the session
mfaenv exec -p staging -- terraform plan  # run a tool in a role
mfaenv exec --serve -p staging -- terraform apply  # run what takes longer than the role's hour
mfaenv console -p staging  # open its home page as the role of a profile
mfaenv console -p staging --destination s3  # open a service's page
mfaenv console -p staging --print  # print the link, for another browser
mfaenv status  # show it as tables, without calling AWS
mfaenv status --json  # show it as data
mfaenv clear  # delete all of them
mfaenv clear -p staging  # delete those of one profile, and of the roles that depend on it
eval "$(mfaenv init bash)"  # in ~/.bashrc: type mfaenv without eval from now on
mfaenv init zsh --no-hook  # print it for zsh, without the prompt hook
mfaenv configure --dry-run  # see what it would change; without it, say yes or no
mfaenv configure -p staging --yes  # set all of it up for a role's profile
mfaenv doctor  # show it as a table, with the verdict
mfaenv doctor -p default --json  # show it as data
mfaenv keys  # show where the long-term keys are, and how old
mfaenv keys rotate -p default  # make a new one with the session, and deactivate the old one
mfaenv policy > mfa.json  # write it to a file for aws iam put-user-policy
mfaenv policy --self-service  # the variant that leaves users able to set up their device
mfaenv demo  # open a shell that uses a pretend AWS
mfaenv demo -- mfaenv status  # run one command there
mfaenv demo --policy none -- aws s3 ls  # see that a device alone restricts nothing
mfaenv help  # list the topics
mfaenv help roles  # read about roles
